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
    "/api/tenant-admin/v1/members/{id}/password-reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes a link with which a member chooses a new password; the former link stops working, the former password does not.
         * @description Permission: `tenant.member.update`.
         */
        post: operations["open_password_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/password-resets/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows whose password a link changes. */
        get: operations["get_password_reset"];
        put?: never;
        /** Sets the new password and ends every session of its owner. Signing in comes after. */
        post: operations["use_password_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/sign-in-providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the providers by title.
         * @description Permission: `tenant.signIn.read`.
         */
        get: operations["list_providers"];
        put?: never;
        /**
         * Saves a new provider. While it is on, its button is on the sign-in page at once.
         * @description Permission: `tenant.signIn.update`.
         */
        post: operations["add_provider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/sign-in-providers/discover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Looks a provider up by its issuer and says what is wrong with it, if anything is.
         * @description Permission: `tenant.signIn.update`.
         */
        post: operations["discover_provider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/sign-in-providers/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Shows what the mapping makes of a token that was pasted.
         * @description Permission: `tenant.signIn.update`.
         */
        post: operations["preview_mapping"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/sign-in-providers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Changes a provider. The stored secret is never sent to another address or for another client than it was given for.
         * @description Permission: `tenant.signIn.update`.
         */
        put: operations["change_provider"];
        post?: never;
        /**
         * Removes a provider. Its people stay members; with a password, or another provider, they still come in.
         * @description Permission: `tenant.signIn.update`.
         */
        delete: operations["remove_provider"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/sign-in-rule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows the rule.
         * @description Permission: `tenant.signIn.read`.
         */
        get: operations["get_rule"];
        /**
         * Sets the rule. It cannot be enforced before a provider that is on has been tried with success, and an administrator
         *     with a password has been named for emergencies. Sessions that are open stay open.
         * @description Permission: `tenant.signIn.update`.
         */
        put: operations["set_rule"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/sign-in-tests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begins a try with settings that need not be saved. Only the caller's own browser can go through it.
         * @description Permission: `tenant.signIn.update`.
         */
        post: operations["start_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/sign-in-tests/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows how far a try of one's own is.
         * @description Permission: `tenant.signIn.update`.
         */
        get: operations["get_test"];
        put?: never;
        post?: never;
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
        /** @description The chosen password. */
        ChosenPassword: {
            /** @default  */
            password: string;
        };
        /** @description What a provider says about itself. */
        FoundProvider: {
            issuer: string;
            authorizationEndpoint: string;
            tokenEndpoint: string;
            /** @description What must be entered at the provider, exactly. */
            redirectUri: string;
        };
        /** @description Makes somebody a member of a group to whom a claim says this value. */
        GroupRule: {
            /** @description A claim's name, or a path into it with dots. */
            claim: string;
            /** @description The value, or `*` for each. */
            value: string;
            /** @description Reference of the group; `{value}` stands for what the claim says. */
            group: string;
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
        /** @description What the claims would mean. */
        MappingPreview: {
            claims: Record<string, unknown>;
            role?: components["schemas"]["RoleName"] | null;
            groups: string[];
            /** @description Where the person's entity is looked for, in words. */
            entity: string;
            /** @description Whether the mail address counts for finding members and entities. */
            mailIsVerified: boolean;
        };
        /** @description A token that was pasted, and the mapping to apply to it. */
        MappingTrial: {
            kind: components["schemas"]["ProviderKind"];
            settings: components["schemas"]["ProviderSettings"];
            /** @description An ID token, or its claims as a JSON object. It is decoded, never believed, and never kept. */
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
        /** @description What an open link says. */
        PasswordReset: {
            name: string;
            email: string;
            organization: string;
        };
        /** @description A link that lets a member choose a new password, shown this once. */
        PasswordResetLink: {
            url: string;
            /** Format: date-time */
            expiresAt: string;
        };
        /** @description A provider, without its secret. */
        Provider: {
            /** Format: uuid */
            id: string;
            name: string;
            title: string;
            kind: components["schemas"]["ProviderKind"];
            issuer: string;
            clientId: string;
            hasSecret: boolean;
            /** @description What must be entered at the provider, exactly. */
            redirectUri: string;
            settings: components["schemas"]["ProviderSettings"];
            enabled: boolean;
            /** Format: date-time */
            testedAt?: string;
            /** Format: date-time */
            createdAt: string;
        };
        /** @description A provider to be saved or tried. */
        ProviderForm: {
            /** @description Part of its addresses; cannot change while people know the redirect URI, but may. */
            name: string;
            /** @description What its button says. */
            title: string;
            kind: components["schemas"]["ProviderKind"];
            /** @description The issuer; of GitHub, the address of its start page. */
            issuer: string;
            clientId: string;
            /** @description Without one, that of the try or of the saved provider stays, as long as it goes to the same place. */
            clientSecret?: string | null;
            settings: components["schemas"]["ProviderSettings"];
            /** @description Whether people can come in through it. */
            enabled?: boolean;
            /**
             * Format: uuid
             * @description A try of the same provider, which counts for it and whose secret is taken over.
             */
            testId?: string | null;
            /**
             * Format: uuid
             * @description The saved provider, when one is tried with changes.
             */
            providerId?: string | null;
        };
        /**
         * @description Which protocol a provider speaks.
         * @enum {string}
         */
        ProviderKind: "oidc" | "github";
        /** @description The organisation's providers. */
        ProviderList: {
            items: components["schemas"]["Provider"][];
            /** @description The redirect URI of a provider that is not there yet; `{name}` stands for its name. */
            redirectUriPattern: string;
        };
        /** @description Which provider is looked for. */
        ProviderSearch: {
            kind: components["schemas"]["ProviderKind"];
            issuer: string;
            /** @description Its part of addresses, for the redirect URI. */
            name: string;
        };
        /** @description Everything that decides what a person's claims mean. */
        ProviderSettings: {
            /** @description Asked for at the provider; empty means the usual ones. */
            scopes?: string[];
            /** @description Which role somebody gets. */
            roles: components["schemas"]["RoleMapping"];
            /** @description Which groups somebody is in, beside those that the catalog knows. */
            groups?: components["schemas"]["GroupRule"][];
            /** @description Which User entity somebody is. */
            resolver: components["schemas"]["Resolver"];
            /** @description What happens when the resolver finds no entity. */
            unmatched: components["schemas"]["Unmatched"];
            /** @description Whether people who are no members become some when they come in. */
            createMembers: boolean;
            /** @description Whether a member with the same mail address is taken to be the same person, if the provider verified it. */
            linkByMail: boolean;
            /** @description Whether new members may come with a mail address that the provider has not verified. Never links or matches. */
            acceptUnverifiedMail: boolean;
        };
        /** @description How a person's entity is found. */
        Resolver: {
            /** @enum {string} */
            by: "mail";
        } | {
            /** @description The claim that says it. */
            claim: string;
            /** @enum {string} */
            by: "name";
        } | {
            /** @description For example `example.com/user-id`. */
            annotation: string;
            /** @description The claim that says it. */
            claim: string;
            /** @enum {string} */
            by: "annotation";
        };
        /** @description Which role a person gets: of the first rule that holds, else `otherwise`, else none. */
        RoleMapping: {
            /** @description In order; the first that holds counts. */
            rules?: components["schemas"]["RoleRule"][];
            /** @description The role of those for whom none holds; without one they do not get in. */
            otherwise?: string | null;
            /** @description Whether the role is set again at every sign-in, so that the provider has the last word. */
            everySignIn: boolean;
        };
        /** @enum {string} */
        RoleName: "viewer" | "member" | "maintainer" | "admin";
        /** @description Gives a role to whom a claim says this value. */
        RoleRule: {
            /** @description A claim's name, or a path into it with dots. */
            claim: string;
            /** @description The claim's value, or one of them where it is a list. */
            value: string;
            /** @description Role's name. */
            role: string;
        };
        /** @description The rule. */
        SignInRule: {
            /** @description Whether members must come through a provider. */
            enforced: boolean;
            /** @description Administrators who may use their password all the same. */
            breakGlass: string[];
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
        /** @description A try that can be gone through once. */
        StartedTest: {
            /** Format: uuid */
            id: string;
            /** @description Where the administrator's own browser goes. */
            url: string;
            /** Format: date-time */
            expiresAt: string;
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
        /** @description What came back from a try. */
        TestOutcome: {
            /** @description Whether the browser has come back. */
            done: boolean;
            /** @description Whether the provider did its part. */
            ok: boolean;
            /** @description What went wrong. */
            message?: string;
            /** @description What the provider said. */
            claims: Record<string, unknown>;
            role?: components["schemas"]["RoleName"] | null;
            groups: string[];
            /** @description The entity that was found. */
            userEntityRef?: string | null;
            /** @description Why none was found. */
            entityProblem?: string | null;
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
        /**
         * @description What happens when no entity is found.
         * @enum {string}
         */
        Unmatched: "nameAfterMail" | "refuse";
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
    open_password_reset: {
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
                    "application/json": components["schemas"]["PasswordResetLink"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not active, or to come in through a provider */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_password_reset: {
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
                    "application/json": components["schemas"]["PasswordReset"];
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
    use_password_reset: {
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
                "application/json": components["schemas"]["ChosenPassword"];
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
    list_providers: {
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
                    "application/json": components["schemas"]["ProviderList"];
                };
            };
        };
    };
    add_provider: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderForm"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Provider"];
                };
            };
            /** @description Says per field what is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description There are too many */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    discover_provider: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderSearch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FoundProvider"];
                };
            };
            /** @description Says what is wrong with the issuer */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    preview_mapping: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MappingTrial"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MappingPreview"];
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
    change_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The provider */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderForm"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Provider"];
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
            /** @description The last way in while providers are enforced */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    remove_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The provider */
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
            /** @description The last way in while providers are enforced */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_rule: {
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
                    "application/json": components["schemas"]["SignInRule"];
                };
            };
        };
    };
    set_rule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInRule"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInRule"];
                };
            };
            /** @description Says per field what is missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    start_test: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderForm"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedTest"];
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
    get_test: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The try */
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
                    "application/json": components["schemas"]["TestOutcome"];
                };
            };
            /** @description Not one's own, or over */
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
