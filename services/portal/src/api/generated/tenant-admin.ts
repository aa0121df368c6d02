// Generated from openapi/tenant-admin.json by `npm run generate`. Do not edit.
export interface paths {
    "/api/tenant-admin/v1/invitations/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows whom an invitation is for. */
        get: operations["get_invitation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/invitations/{code}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accepts an invitation by choosing a password. Signing in comes after. */
        post: operations["accept_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows the member who is asking and what they may do.
         * @description Permission: `tenant.read`.
         */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/member-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the personal tokens of all members, newest first.
         * @description Permission: `tenant.token.read`.
         */
        get: operations["list_member_tokens"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/member-tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revokes anybody's token; it stops working within two seconds.
         * @description Permission: `tenant.token.update`.
         */
        delete: operations["revoke_member_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the members by name.
         * @description Permission: `tenant.member.read`.
         */
        get: operations["list_members"];
        put?: never;
        /**
         * Adds a member, who comes in through the invitation link.
         * @description Permission: `tenant.member.update`.
         */
        post: operations["add_member"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/members/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Removes a member; their sessions and tokens end.
         * @description Permission: `tenant.member.update`.
         */
        delete: operations["remove_member"];
        options?: never;
        head?: never;
        /**
         * Changes a member's role.
         * @description Permission: `tenant.member.update`.
         */
        patch: operations["change_member"];
        trace?: never;
    };
    "/api/tenant-admin/v1/members/{id}/invitation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes a new invitation link; the former one stops working.
         * @description Permission: `tenant.member.update`.
         */
        post: operations["renew_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the secrets with whom they are granted to, by name. Values are never shown.
         * @description Permission: `tenant.secret.read`.
         */
        get: operations["list_secrets"];
        put?: never;
        /**
         * Makes a secret. Nobody holds it until it is granted.
         * @description Permission: `tenant.secret.update`.
         */
        post: operations["create_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/secrets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows one secret: its versions that can be read, whom it is granted to, and when each used it. Never a value.
         * @description Permission: `tenant.secret.read`.
         */
        get: operations["get_secret"];
        put?: never;
        post?: never;
        /**
         * Deletes a secret with all its versions. Refused while it is granted, unless forced.
         * @description Permission: `tenant.secret.update`.
         */
        delete: operations["delete_secret"];
        options?: never;
        head?: never;
        /**
         * Changes a secret's description. Name and scope stay as they are: they are sealed with the value.
         * @description Permission: `tenant.secret.update`.
         */
        patch: operations["update_secret"];
        trace?: never;
    };
    "/api/tenant-admin/v1/secrets/{id}/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Grants a secret to a plugin, a template or a proxy. A plugin's worker starts again with it.
         * @description Permission: `tenant.secret.update`.
         */
        post: operations["grant_secret"];
        /**
         * Takes a grant back. A plugin's worker starts again without it.
         * @description Permission: `tenant.secret.update`.
         */
        delete: operations["revoke_grant"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/secrets/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replaces a secret's value. Its holders get the new one at their next start or run; for the overlap, the old one
         *     goes on being readable.
         * @description Permission: `tenant.secret.update`.
         */
        post: operations["rotate_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/service-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the organisation's own tokens, by name.
         * @description Permission: `tenant.token.read`.
         */
        get: operations["list_service_tokens"];
        put?: never;
        /**
         * Makes a token that belongs to the organisation: it stays when whoever made it leaves.
         * @description Permission: `tenant.token.update`.
         */
        post: operations["create_service_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/service-tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Deletes a token of the organisation's own; it stops working within two seconds.
         * @description Permission: `tenant.token.update`.
         */
        delete: operations["delete_service_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/signup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes an organisation with its first administrator. */
        post: operations["sign_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/slug-availability": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tells whether an address can be chosen. That one is taken is public: anybody can open it. */
        get: operations["get_slug_availability"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/tenant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows the organisation.
         * @description Permission: `tenant.read`.
         */
        get: operations["get_tenant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Changes the organisation's name, look or first steps.
         * @description Permission: `tenant.update`.
         */
        patch: operations["update_tenant"];
        trace?: never;
    };
    "/api/tenant-admin/v1/token-policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows what holds for new tokens.
         * @description Permission: `tenant.token.manage`.
         */
        get: operations["get_token_policy"];
        /**
         * Changes what holds for new tokens; those that are there stay as they are.
         * @description Permission: `tenant.token.update`.
         */
        put: operations["set_token_policy"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists one's own tokens, newest first.
         * @description Permission: `tenant.token.manage`.
         */
        get: operations["list_tokens"];
        put?: never;
        /**
         * Makes a token that may do what its owner may, or less.
         * @description Permission: `tenant.token.manage`.
         */
        post: operations["create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Deletes one of one's own tokens; it stops working within two seconds.
         * @description Permission: `tenant.token.manage`.
         */
        delete: operations["delete_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The chosen password. */
        Acceptance: {
            /** @default  */
            password: string;
        };
        /** @description The new member and their invitation. */
        AddedMember: {
            member: components["schemas"]["Member"];
            invitation: components["schemas"]["InvitationLink"];
        };
        /** @description The look of the portal. */
        Branding: {
            /** @description `#rrggbb`. */
            accent?: string;
        };
        /** @description A change of the look; `null` takes a value away. */
        BrandingChange: {
            accent?: string | null;
        };
        /** @description Who may use a secret. */
        GranteeName: {
            /** @description `plugin`, `template` or `proxy`. */
            kind: string;
            /** @description A plugin's id, a template's reference, a proxy's name. */
            id: string;
        };
        /** @description What an open invitation says. */
        Invitation: {
            name: string;
            email: string;
            organization: string;
        };
        /** @description A link that lets the invited person choose a password, shown this once. */
        InvitationLink: {
            url: string;
            /** Format: date-time */
            expiresAt: string;
        };
        /** @description A new token with its text, shown this once. */
        MadeServiceToken: components["schemas"]["ServiceToken"] & {
            token: string;
        };
        /** @description A new token with its text, shown this once. */
        MadeToken: components["schemas"]["Token"] & {
            token: string;
        };
        /** @description The member who is asking, or the token of the organisation's own. */
        Me: {
            /** Format: uuid */
            id: string;
            name: string;
            email: string;
            role: components["schemas"]["RoleName"];
            userEntityRef: string;
            /** @description Names of the permissions that the role holds. */
            permissions: string[];
        };
        /** @description A member. */
        Member: {
            /** Format: uuid */
            id: string;
            name: string;
            email: string;
            role: components["schemas"]["RoleName"];
            userEntityRef: string;
            status: components["schemas"]["MemberStatus"];
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            lastSignInAt?: string;
        };
        /** @description The new role. */
        MemberChange: {
            /** @default  */
            role: string;
        };
        /** @description Everybody. */
        MemberList: {
            items: components["schemas"]["Member"][];
        };
        /**
         * @description How far a member is.
         * @enum {string}
         */
        MemberStatus: "active" | "invited";
        /** @description A token and whose it is. */
        MemberToken: components["schemas"]["Token"] & {
            ownerName: string;
            ownerRef: string;
        };
        /** @description Everybody's tokens. */
        MemberTokenList: {
            items: components["schemas"]["MemberToken"][];
        };
        /** @description Its first administrator. */
        NewAdmin: {
            /** @default  */
            name: string;
            /** @default  */
            email: string;
            /** @default  */
            password: string;
        };
        /** @description Whom to invite. */
        NewMember: {
            /** @default  */
            name: string;
            /** @default  */
            email: string;
            /** @default  */
            role: string;
        };
        /** @description The organisation to be. */
        NewOrganization: {
            /** @default  */
            name: string;
            /** @default  */
            slug: string;
        };
        /** @description A secret to be made. */
        NewSecret: {
            /** @description As references name it: `secrets.NAME`. */
            name: string;
            /** @description `any`, or `plugin`, `template`, `proxy` alone; `any` when left out. */
            scope?: string;
            description?: string;
            value: string;
        };
        /** @description A token to be made. */
        NewServiceToken: {
            /**
             * @description It acts as `service:default/NAME`.
             * @default
             */
            name: string;
            /** @default  */
            description: string;
            /** @default  */
            role: components["schemas"]["RoleName"];
            /**
             * Format: int64
             * @description Days until it stops working; without it, it works until it is deleted, where the organisation allows that.
             * @default null
             */
            expiresInDays: number | null;
            /**
             * @description Names of the permissions that it is limited to; without them, it may do what its role may.
             * @default null
             */
            scopes: string[] | null;
        };
        /** @description A token to be made. */
        NewToken: {
            /** @default  */
            name: string;
            /**
             * Format: int64
             * @description Days until it stops working; without it, it works until it is deleted, where the organisation allows that.
             * @default null
             */
            expiresInDays: number | null;
            /**
             * @description Names of the permissions that it is limited to; without them, it may do what its owner may.
             * @default null
             */
            scopes: string[] | null;
        };
        /** @description A new value. */
        NewVersion: {
            value: string;
            /**
             * Format: int64
             * @description How long the superseded value can still be read, in hours; 0 when left out.
             */
            overlapHours?: number;
        };
        /** @description How far the first steps went. */
        Onboarding: {
            /**
             * @description Whether the administrators put the checklist away.
             * @default false
             */
            dismissed: boolean;
        };
        /** @description A change of the first steps. */
        OnboardingChange: {
            dismissed?: boolean | null;
        };
        /** @description What a service asks for on behalf of a grantee. */
        Resolution: {
            grantee: components["schemas"]["GranteeName"];
            /** @description By these names. */
            names: string[];
        };
        /** @description What the grantee holds of what was asked for. */
        Resolved: {
            secrets: components["schemas"]["ResolvedSecret"][];
            /** @description Names that are not granted to it, whether or not there are such secrets. */
            missing: string[];
        };
        /** @description A value, for the service that hands it to the grantee. */
        ResolvedSecret: {
            name: string;
            /** Format: int32 */
            version: number;
            value: string;
            /** @description Superseded values that can still be read: to be masked like the current one. */
            older: string[];
        };
        /** @enum {string} */
        RoleName: "viewer" | "member" | "maintainer" | "admin";
        /** @description A secret, without its value. */
        Secret: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @description `any`, or `plugin`, `template`, `proxy` alone. */
            scope: string;
            description: string;
            /** Format: int32 */
            version: number;
            /** @description Eight hexadecimal digits by which one recognises the current value. */
            fingerprint: string;
            /** Format: date-time */
            createdAt: string;
            createdBy: string;
            /** Format: date-time */
            changedAt: string;
            changedBy: string;
            /** Format: date-time */
            lastUsedAt?: string;
            lastUsedBy?: string;
            /** @description Whom it is granted to, and when each used it last. */
            grants: components["schemas"]["SecretGrant"][];
            /** @description The versions that can be read, newest first; only where one secret is shown. */
            versions?: components["schemas"]["SecretVersion"][];
        };
        /** @description What is to change; what is left out stays. */
        SecretChange: {
            description: string;
        };
        /** @description A grant of a secret. */
        SecretGrant: {
            /** @description `plugin`, `template` or `proxy`. */
            kind: string;
            /** @description A plugin's id, a template's reference, a proxy's name. */
            id: string;
            /** Format: date-time */
            grantedAt: string;
            grantedBy: string;
            /** Format: date-time */
            lastUsedAt?: string;
        };
        /** @description The organisation's secrets. */
        SecretList: {
            items: components["schemas"]["Secret"][];
        };
        /** @description A version of a secret, without its value. */
        SecretVersion: {
            /** Format: int32 */
            version: number;
            fingerprint: string;
            /** Format: date-time */
            createdAt: string;
            createdBy: string;
            /**
             * Format: date-time
             * @description Until when a superseded version can be read.
             */
            readableUntil?: string;
        };
        /** @description A token of the organisation's own, without its text. */
        ServiceToken: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @description As whom it acts: `service:default/NAME`. */
            entityRef: string;
            description: string;
            role: components["schemas"]["RoleName"];
            /** @description Names of the permissions that it is limited to; without them, it may do what its role may. */
            scopes?: string[];
            /** Format: date-time */
            createdAt: string;
            createdBy: string;
            /** Format: date-time */
            expiresAt?: string;
            /** Format: date-time */
            lastUsedAt?: string;
            /** @description The address of the last use. */
            lastUsedFrom?: string;
        };
        /** @description The organisation's own tokens. */
        ServiceTokenList: {
            items: components["schemas"]["ServiceToken"][];
        };
        /** @description The sign-up form. */
        SignUp: {
            organization: components["schemas"]["NewOrganization"];
            admin: components["schemas"]["NewAdmin"];
        };
        /** @description What sign-up gives. */
        SignedUp: {
            tenant: components["schemas"]["Summary"];
            /** @description One-time link that opens the new portal signed in; good for a minute. */
            url: string;
        };
        /** @description Whether an address can be chosen. */
        SlugAvailability: {
            slug: string;
            available: boolean;
            /** @description A sentence for the form, when it cannot. */
            reason?: string;
        };
        /** @description Id, address and name of an organisation. */
        Summary: {
            /** Format: uuid */
            id: string;
            slug: string;
            name: string;
        };
        /** @description An organisation, as its members see it. */
        Tenant: {
            /** Format: uuid */
            id: string;
            slug: string;
            name: string;
            plan: string;
            /** Format: date-time */
            createdAt: string;
            branding: components["schemas"]["Branding"];
            onboarding: components["schemas"]["Onboarding"];
        };
        /** @description What is to change; what is left out stays. */
        TenantChange: {
            name?: string | null;
            branding?: components["schemas"]["BrandingChange"] | null;
            onboarding?: components["schemas"]["OnboardingChange"] | null;
        };
        /** @description A token, without its text. */
        Token: {
            /** Format: uuid */
            id: string;
            name: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expiresAt?: string;
            /** Format: date-time */
            lastUsedAt?: string;
            /** @description The address of the last use. */
            lastUsedFrom?: string;
            /** @description Names of the permissions that it is limited to; without them, it may do what its owner may. */
            scopes?: string[];
        };
        /** @description One's tokens. */
        TokenList: {
            items: components["schemas"]["Token"][];
        };
        /** @description What holds for new API tokens. */
        TokenPolicy: {
            /**
             * Format: int64
             * @description The longest life of a new token, in days; without it, tokens may live until they are deleted.
             */
            maxDays?: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description From the link */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            /** @description Unknown, used or expired */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    accept_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description From the link */
                code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Acceptance"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Says what is wrong with the password */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
        };
    };
    list_member_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberTokenList"];
                };
            };
        };
    };
    revoke_member_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The token */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_members: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberList"];
                };
            };
        };
    };
    add_member: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMember"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AddedMember"];
                };
            };
            /** @description Says per field what is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    remove_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The member */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The last administrator */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The member */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The last administrator */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    renew_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The member */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationLink"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Accepted already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_secrets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretList"];
                };
            };
        };
    };
    create_secret: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSecret"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
                };
            };
            /** @description Says per field what is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description There is one of this name */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The secret */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_secret: {
        parameters: {
            query?: {
                /** @description Deletes the secret although it is granted. */
                force?: boolean;
            };
            header?: never;
            path: {
                /** @description The secret */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is granted */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    update_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The secret */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SecretChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    grant_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The secret */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GranteeName"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
                };
            };
            /** @description Says per field what is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It holds another secret of this name */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    revoke_grant: {
        parameters: {
            query: {
                /** @description `plugin`, `template` or `proxy`. */
                kind: string;
                /** @description A plugin's id, a template's reference, a proxy's name. */
                id: string;
            };
            header?: never;
            path: {
                /** @description The secret */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    rotate_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The secret */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewVersion"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
                };
            };
            /** @description Says per field what is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too many versions overlap */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_service_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceTokenList"];
                };
            };
        };
    };
    create_service_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewServiceToken"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeServiceToken"];
                };
            };
            /** @description Says per field what is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It would hold more than whoever makes it */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description There is one of this name */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_service_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The token */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    sign_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignUp"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedUp"];
                };
            };
            /** @description Says per field what is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too many from one address */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_slug_availability: {
        parameters: {
            query: {
                slug: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SlugAvailability"];
                };
            };
        };
    };
    get_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
        };
    };
    update_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TenantChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description Says per field what is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_token_policy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenPolicy"];
                };
            };
        };
    };
    set_token_policy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenPolicy"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenPolicy"];
                };
            };
            /** @description Says per field what is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenList"];
                };
            };
        };
    };
    create_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeToken"];
                };
            };
            /** @description Says per field what is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The token */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
