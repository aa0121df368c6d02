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
         * Makes a token that may do what its owner may.
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
        MadeToken: components["schemas"]["Token"] & {
            token: string;
        };
        /** @description The member who is asking. */
        Me: {
            /** Format: uuid */
            id: string;
            name: string;
            email: string;
            role: components["schemas"]["RoleName"];
            userEntityRef: string;
            /** @description Names of the permissions that the role holds. */
            permissions: string[];
            viewedBy?: string;
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
        /** @description A token to be made. */
        NewToken: {
            /** @default  */
            name: string;
            /**
             * Format: int64
             * @description Days until it stops working; without it, it works until it is deleted.
             * @default null
             */
            expiresInDays: number | null;
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
        /** @enum {string} */
        RoleName: "viewer" | "member" | "maintainer" | "admin";
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
        };
        /** @description One's tokens. */
        TokenList: {
            items: components["schemas"]["Token"][];
        };
        /** @enum {string} */
        PolicyEffect: "allow" | "deny";
        PolicyRule: {
            permission: string;
            effect: components["schemas"]["PolicyEffect"];
            condition?: Record<string, unknown>;
        };
        PolicyRole: {
            name: string;
            description?: string;
            rules: components["schemas"]["PolicyRule"][];
            subjects: string[];
        };
        PolicyDocument: {
            roles: components["schemas"]["PolicyRole"][];
        };
        Draft: {
            /** Format: int64 */
            revision: number;
            /** Format: int64 */
            basedOn: number;
            document: components["schemas"]["PolicyDocument"];
            /** Format: date-time */
            changedAt: string;
            changedBy: string;
        };
        Policies: {
            /** Format: int64 */
            version: number;
            document: components["schemas"]["PolicyDocument"];
            draft?: components["schemas"]["Draft"];
        };
        Version: {
            /** Format: int64 */
            version: number;
            note: string;
            /** Format: date-time */
            publishedAt: string;
            publishedBy: string;
            /** Format: int64 */
            roles: number;
        };
        VersionList: {
            items: components["schemas"]["Version"][];
        };
        Reason: {
            role?: string;
            subject: string;
            effect: components["schemas"]["PolicyEffect"];
            condition?: Record<string, unknown>;
            decides: boolean;
        };
        Explanation: {
            userEntityRef: string;
            role: components["schemas"]["RoleName"];
            refs: string[];
            permission: string;
            decision: string;
            condition?: Record<string, unknown>;
            onResource?: string;
            reasons: components["schemas"]["Reason"][];
        };
        Concerned: {
            name: string;
            userEntityRef: string;
        };
        Side: {
            decision: string;
            condition?: Record<string, unknown>;
        };
        Change: {
            permission: string;
            before: components["schemas"]["Side"];
            after: components["schemas"]["Side"];
            members: components["schemas"]["Concerned"][];
            count: number;
        };
        Review: {
            /** Format: int64 */
            version: number;
            outdated: boolean;
            rolesAdded: string[];
            rolesChanged: string[];
            rolesRemoved: string[];
            members: number;
            changes: components["schemas"]["Change"][];
            truncated: boolean;
        };
        KnownPermission: {
            name: string;
            pluginId: string;
            description?: string;
            resourceType?: string;
            conditionPluginId?: string;
            roles: string[];
        };
        KnownRule: {
            pluginId: string;
            resourceType: string;
            name: string;
            description: string;
            paramsSchema: Record<string, unknown>;
        };
        PermissionCatalogue: {
            permissions: components["schemas"]["KnownPermission"][];
            rules: components["schemas"]["KnownRule"][];
            silent: string[];
        };
        /** @enum {string} */
        PolicyFormat: "yaml" | "csv";
        /** @enum {string} */
        PolicyImportMode: "merge" | "replace";
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
