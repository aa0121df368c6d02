// Generated from openapi/tenant-admin.json by `npm run generate`. Do not edit.
export interface paths {
    "/api/tenant-admin/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists events of the audit log, newest first.
         * @description Permission: `tenant.audit.read`.
         */
        get: operations["list_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Streams the events that match as lines of JSON, newest first, at most 100,000.
         * @description When there are more, the last line is `{"next": ID}`: give it as `before` to go on. The export itself is audited.
         *
         *     Permission: `tenant.audit.read`.
         */
        get: operations["export_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/audit/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows how long events are kept.
         * @description Permission: `tenant.audit.read`.
         */
        get: operations["get_audit_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Changes how long events are kept.
         * @description Permission: `tenant.audit.update`.
         */
        patch: operations["change_audit_settings"];
        trace?: never;
    };
    "/api/tenant-admin/v1/audit/streams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists where the audit log is sent to.
         * @description Permission: `tenant.audit.read`.
         */
        get: operations["list_streams"];
        put?: never;
        /**
         * Sets up a stream; sending begins at once.
         * @description Permission: `tenant.audit.update`.
         */
        post: operations["add_stream"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/audit/streams/{id}": {
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
         * Removes a stream; nothing more is sent.
         * @description Permission: `tenant.audit.update`.
         */
        delete: operations["remove_stream"];
        options?: never;
        head?: never;
        /**
         * Changes a stream, or switches it off and on.
         * @description Permission: `tenant.audit.update`.
         */
        patch: operations["change_stream"];
        trace?: never;
    };
    "/api/tenant-admin/v1/audit/verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tells whether every event is as it was written and none is missing.
         * @description Permission: `tenant.audit.read`.
         */
        get: operations["verify_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/audit/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes a change of settings back: what it changed becomes as it was before, through the same rules and audited as a
         *     change of its own.
         * @description Permission: `tenant.audit.read`.
         */
        post: operations["undo_change"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/branding/files/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A picture of the organisation whose host is asked. Anybody may see it: it is on the sign-in page. */
        get: operations["get_picture"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/branding/{slot}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Sets the logo or the favicon: a PNG, JPEG or WebP picture (the favicon also an ICO) of at most 512 kB.
         * @description Permission: `tenant.update`.
         */
        put: operations["set_picture"];
        post?: never;
        /**
         * Takes the logo or the favicon away.
         * @description Permission: `tenant.update`.
         */
        delete: operations["remove_picture"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/domains": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the organisation's own hosts.
         * @description Permission: `tenant.read`.
         */
        get: operations["list_domains"];
        put?: never;
        /**
         * Claims a host. The answer says what to put there as proof.
         * @description Permission: `tenant.update`.
         */
        post: operations["add_domain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/domains/{host}": {
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
         * Lets go of a host: the portal does not answer there any more.
         * @description Permission: `tenant.update`.
         */
        delete: operations["remove_domain"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/domains/{host}/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Looks for the proof at the host; if it is there, the portal answers at the host from now on.
         * @description Permission: `tenant.update`.
         */
        post: operations["verify_domain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
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
    "/api/tenant-admin/v1/password-resets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mails a link for choosing a new password, if the address is a member's. The answer is the same if it is not. */
        post: operations["ask_for_password_reset"];
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
    "/api/tenant-admin/v1/policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows the roles and policies that hold, and the draft.
         * @description Permission: `tenant.policy.read`.
         */
        get: operations["get_policies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/policies/draft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Writes the draft. It must be whole: what has a mistake is not kept. Nothing holds before it is published.
         * @description Permission: `tenant.policy.update`.
         */
        put: operations["set_draft"];
        post?: never;
        /**
         * Throws the draft away.
         * @description Permission: `tenant.policy.update`.
         */
        delete: operations["discard_draft"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/policies/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Explains why a member may or may not do something: which rules and bindings led to it.
         * @description Permission: `tenant.policy.read`.
         */
        get: operations["explain"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/policies/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows the roles that hold as YAML, for keeping and for importing elsewhere.
         * @description Permission: `tenant.policy.read`.
         */
        get: operations["export_policies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/policies/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reads roles from a text into the draft. A text with a mistake changes nothing.
         * @description Permission: `tenant.policy.update`.
         */
        post: operations["import_policies"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/policies/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the permissions of the portal and of installed plugins, and the rules that conditions can be made of.
         * @description Permission: `tenant.policy.read`.
         */
        get: operations["list_permissions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/policies/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Publishes the draft: a new version, which is never changed again. It holds in every process within two seconds.
         * @description Permission: `tenant.policy.update`.
         */
        post: operations["publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/policies/review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists what publishing the draft would change.
         * @description Permission: `tenant.policy.read`.
         */
        get: operations["review_draft"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/policies/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the published versions, newest first, fifty at a time.
         * @description Permission: `tenant.policy.read`.
         */
        get: operations["list_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/policies/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a published version.
         * @description Permission: `tenant.policy.read`.
         */
        get: operations["get_version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/policies/versions/{version}/revert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Publishes a former version again, as a new one.
         * @description Permission: `tenant.policy.update`.
         */
        post: operations["revert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/policies/versions/{version}/review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists what going back to a version would change.
         * @description Permission: `tenant.policy.read`.
         */
        get: operations["review_version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/portals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mails a link that lists the organisations of an address. The answer says nothing about them. */
        post: operations["ask_for_portals"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/portals/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lists the organisations that a mailed link is for. */
        post: operations["list_portals"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/portals/open": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hands the owner of a mailed link off into one of their organisations. */
        post: operations["open_portal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/reading": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows from where files are read.
         * @description Permission: `integrations.sourceHost.read`.
         */
        get: operations["get_reading"];
        /**
         * Sets from where files are read. It holds from the next read on, redirects included. The guard's rules stay: a place that
         *     resolves to a private address is read only where the operator has made an exception.
         * @description Permission: `integrations.sourceHost.update`.
         */
        put: operations["set_reading"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/scim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows how provisioning is set up.
         * @description Permission: `tenant.member.update`.
         */
        get: operations["get_provisioning"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/scim/groups/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Says which role a group gives its members. A directory can never say so itself.
         * @description Permission: `tenant.member.update`.
         */
        patch: operations["change_scim_group"];
        trace?: never;
    };
    "/api/tenant-admin/v1/scim/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes a token with which a directory provisions people and groups, and can do nothing else.
         * @description Permission: `tenant.member.update`.
         */
        post: operations["add_scim_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/scim/tokens/{id}": {
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
         * Deletes a token; the directory that has it can do nothing more within two seconds.
         * @description Permission: `tenant.member.update`.
         */
        delete: operations["delete_scim_token"];
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
        /** Makes an organisation with its first administrator; where mail is sent, the address must be confirmed first. */
        post: operations["sign_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenant-admin/v1/signup/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes the organisation whose sign-up is confirmed by the mailed link. */
        post: operations["confirm_sign_up"];
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
    "/api/tenant-admin/v1/tenant/deletion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Closes the organisation at once and erases it when the period of grace is over.
         * @description Permission: `tenant.update`.
         */
        post: operations["delete_tenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
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
    "/api/tenant-admin/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows how much of what the plan allows is used.
         * @description Permission: `tenant.read`.
         */
        get: operations["get_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scim/v2/Groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists groups. */
        get: operations["list_groups"];
        put?: never;
        /** Brings a group in. Its members own what `group:default/NAME` owns. */
        post: operations["create_group"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scim/v2/Groups/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a group. */
        get: operations["get_group"];
        /** Replaces a group with its members. */
        put: operations["replace_group"];
        post?: never;
        /** Removes a group; roles that it gave end. */
        delete: operations["delete_group"];
        options?: never;
        head?: never;
        /** Changes a group: its name, or who belongs to it. */
        patch: operations["patch_group"];
        trace?: never;
    };
    "/scim/v2/ResourceTypes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what there is: users and groups. */
        get: operations["list_resource_types"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scim/v2/Schemas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the attributes of both. */
        get: operations["list_schemas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scim/v2/ServiceProviderConfig": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tells what is supported. */
        get: operations["get_service_provider_config"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scim/v2/Users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists users. */
        get: operations["list_users"];
        put?: never;
        /** Brings a user in. A member with the same mail address becomes that user. */
        post: operations["create_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scim/v2/Users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a user. */
        get: operations["get_user"];
        /** Replaces a user. `active: false` ends their sessions and tokens. */
        put: operations["replace_user"];
        post?: never;
        /** Takes a user out: the member is deactivated, and the directory does not know them any more. */
        delete: operations["delete_user"];
        options?: never;
        head?: never;
        /** Changes a user. `active: false` ends their sessions and tokens. */
        patch: operations["patch_user"];
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The new member and their invitation. */
        AddedMember: {
            member: components["schemas"]["Member"];
            invitation: components["schemas"]["InvitationLink"];
        };
        /** @description An event of the log. */
        AuditEntry: {
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Its number in the chain: the order in which changes became real.
             */
            seq?: number;
            /** Format: date-time */
            at: string;
            /** @description Who: `user:default/jane`, `service:catalog`, `system`. */
            actor: string;
            /** @description What, verb last: `member.invite`. */
            action: string;
            /** @description To what. */
            target: string;
            /** @description The state before, secrets hidden. */
            before?: unknown;
            /** @description The state after, secrets hidden. */
            after?: unknown;
            /** @description Where the request came from. */
            sourceAddress?: string;
            /** @description The kind of program: `Firefox on Linux`. */
            agent?: string;
            /**
             * Format: uuid
             * @description The event whose change this one took back.
             */
            undoes?: string;
            /** @description Whether its change can be taken back, unless something has changed since. */
            undoable: boolean;
        };
        /** @description Events, newest first. */
        AuditList: {
            items: components["schemas"]["AuditEntry"][];
            /**
             * Format: uuid
             * @description Give it as `before` for the next page. A page with it may be short or empty: a search for a text looks at 20,000
             *     events at a time.
             */
            next?: string;
        };
        /** @description How the log is kept. */
        AuditSettings: {
            /**
             * Format: int32
             * @description Days after which events are removed; null: never.
             */
            retentionDays?: number | null;
        };
        /** @description What is to change. */
        AuditSettingsChange: {
            /**
             * Format: int32
             * @description 30 to 3650 days; null keeps events for ever.
             */
            retentionDays?: number | null;
        };
        /** @description The look of the portal. */
        Branding: {
            /** @description `#rrggbb`. */
            accent?: string;
            /** @description `#rrggbb`, for the dark mode; without it the accent is made lighter there. */
            accentDark?: string;
            /** @description Name of a file below `…/branding/files/`. */
            logo?: string;
            /** @description Name of a file below `…/branding/files/`. */
            favicon?: string;
        };
        /** @description A change of the look; `null` takes a value away. */
        BrandingChange: {
            accent?: string | null;
            accentDark?: string | null;
        };
        /** @description Where the log breaks. */
        Broken: {
            /**
             * Format: int64
             * @description At which number.
             */
            seq: number;
            /** Format: uuid */
            eventId?: string;
            /** @description `link-missing`, `row-missing`, `changed`, `end-missing`, `begin-missing`, `unchained` or `other-than-kept`. */
            fault: string;
            /** @description A sentence. */
            message: string;
        };
        /** @description One permission that changes in the same way for these people. */
        Change: {
            permission: string;
            before: components["schemas"]["Side"];
            after: components["schemas"]["Side"];
            /** @description The first hundred. */
            members: components["schemas"]["Concerned"][];
            /** @description How many there are. */
            count: number;
        };
        /** @description The chosen password. */
        ChosenPassword: {
            /** @default  */
            password: string;
        };
        /** @description Somebody concerned. */
        Concerned: {
            name: string;
            userEntityRef: string;
        };
        /** @description The text behind `#` of the mailed link. */
        Confirmation: {
            link: string;
        };
        /** @description A link to confirm was mailed. */
        ConfirmationMailed: {
            mailedTo: string;
        };
        /**
         * @description What is counted.
         * @enum {string}
         */
        Counted: "members" | "entities" | "workers" | "requests-per-minute";
        /** @description The organisation is closed. */
        Deleted: {
            /**
             * Format: date-time
             * @description Until then the operator can bring it back; after it everything is erased.
             */
            deleteAfter: string;
        };
        /** @description What one types to delete an organisation. */
        Deletion: {
            /**
             * @description The organisation's address, typed to confirm.
             * @default
             */
            slug: string;
            /**
             * @description The administrator's own password.
             * @default
             */
            password: string;
        };
        /** @description A host. */
        Domain: {
            host: string;
            /** @description Whether the portal answers there. */
            verified: boolean;
            /** @description The portal there. */
            url: string;
            /** @description Where the proof is looked for. */
            proofUrl: string;
            /** @description What the file holds. */
            proof: string;
            /** Format: date-time */
            createdAt: string;
        };
        /** @description The hosts. */
        DomainList: {
            items: components["schemas"]["Domain"][];
        };
        /** @description The draft. */
        Draft: {
            /**
             * Format: int64
             * @description To be given back with the next change.
             */
            revision: number;
            /**
             * Format: int64
             * @description The version that it was begun from; 0: none.
             */
            basedOn: number;
            document: components["schemas"]["PolicyDocument"];
            /** Format: date-time */
            changedAt: string;
            changedBy: string;
        };
        /** @description A decision and what led to it. */
        Explanation: {
            userEntityRef: string;
            role: components["schemas"]["RoleName"];
            /** @description Themselves and their groups. */
            refs: string[];
            permission: string;
            /** @description `allow`, `deny` or `conditional`. */
            decision: string;
            /** @description For which resources, if for some. */
            condition?: Record<string, unknown>;
            /** @description `allow` or `deny` for the resource that was asked about. */
            onResource?: string;
            /** @description Deciding ones first. */
            reasons: components["schemas"]["Reason"][];
        };
        /** @description Who forgot their password. */
        Forgotten: {
            /** @default  */
            email: string;
        };
        /** @description What a provider says about itself. */
        FoundProvider: {
            issuer: string;
            authorizationEndpoint: string;
            tokenEndpoint: string;
            /** @description What must be entered at the provider, exactly. */
            redirectUri: string;
        };
        /** @description Who may use a secret. */
        GranteeName: {
            /** @description `plugin`, `template` or `proxy`. */
            kind: string;
            /** @description A plugin's id, a template's reference, a proxy's name. */
            id: string;
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
        /** @description A link that lets the invited person choose a password, shown this once. */
        InvitationLink: {
            url: string;
            /** Format: date-time */
            expiresAt: string;
            /** @description Whether it was mailed as well. */
            mailed: boolean;
        };
        /** @description A permission. */
        KnownPermission: {
            /** @description For example `catalog.entity.read`. */
            name: string;
            /** @description Whose it is: `catalog`, or a plugin's id; `portal` for our own. */
            pluginId: string;
            /** @description As a sentence. */
            description?: string;
            /** @description What is done, in the plugin's own word: `create`, `read`, `update` or `delete`. */
            action?: string;
            /** @description The kind of resource that it is about; left out where it is about none. */
            resourceType?: string;
            /** @description The plugin that knows the rules for that kind; left out where there are none, so that it takes no condition. */
            conditionPluginId?: string;
            /** @description Built-in roles that come with it. */
            roles: string[];
        };
        /** @description A rule for conditions. */
        KnownRule: {
            /** @description The plugin that applies it. */
            pluginId: string;
            /** @description What it is about. */
            resourceType: string;
            /** @description For example `IS_ENTITY_KIND`. */
            name: string;
            /** @description As a sentence. */
            description: string;
            /** @description JSON schema of its parameters. */
            paramsSchema: Record<string, unknown>;
        };
        /**
         * @description How far it is from the limit.
         * @enum {string}
         */
        Level: "fine" | "near-limit" | "at-limit";
        /** @description Whose an open link is. */
        LinkOwner: {
            name: string;
            email: string;
            organization: string;
        };
        /** @description A new token with its text, shown this once. */
        MadeScimToken: components["schemas"]["ScimToken"] & {
            token: string;
        };
        /** @description A new token with its text, shown this once. */
        MadeServiceToken: components["schemas"]["ServiceToken"] & {
            token: string;
        };
        /** @description A stream that was set up. A webhook's signing key is shown this once. */
        MadeStream: {
            stream: components["schemas"]["Stream"];
            signingKey?: string;
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
        /** @description The member who is asking, or the token of the organisation's own. */
        Me: {
            /** Format: uuid */
            id: string;
            name: string;
            email: string;
            role: components["schemas"]["RoleName"];
            userEntityRef: string;
            /** @description Whether they have a password here, which they can change. */
            hasPassword: boolean;
            /** @description Names of the permissions that they hold, at least for some resources. */
            permissions: string[];
            /** @description The administrator who looks at the portal as this member, reading only. */
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
        MemberStatus: "active" | "invited" | "deactivated";
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
        /** @description Which host. */
        NewDomain: {
            /** @default  */
            host: string;
        };
        /** @description The draft as it shall be. */
        NewDraft: {
            /**
             * Format: int64
             * @description The revision that was seen; 0 when there was no draft.
             */
            revision: number;
            document: components["schemas"]["PolicyDocument"];
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
        NewScimToken: {
            /**
             * @description What it is called in the audit log, for example `Okta`.
             * @default
             */
            name: string;
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
        /** @description A stream to be set up. */
        NewStream: {
            kind: components["schemas"]["StreamKind"];
            name: string;
            /** @description Address of the webhook or of the S3 endpoint. */
            url: string;
            /** @description S3: the bucket. */
            bucket?: string | null;
            /** @description S3: what keys begin with. */
            prefix?: string | null;
            /** @description S3: for example `eu-central-1`. */
            region?: string | null;
            /** @description S3: the public half of the key. */
            accessKey?: string | null;
            /** @description S3: the secret half. */
            secretKey?: string | null;
            /** @description Whether to send what is in the log already. */
            fromBeginning?: boolean;
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
        /** @description A text for members. */
        OutgoingMail: {
            /** @description Keys of their entities; those of nobody are left out. */
            userRefs: string[];
            /** @description One line. */
            subject: string;
            /** @description The text. */
            text: string;
        };
        /** @description A link that lets a member choose a new password, shown this once. */
        PasswordResetLink: {
            url: string;
            /** Format: date-time */
            expiresAt: string;
            /** @description Whether it was mailed as well. */
            mailed: boolean;
        };
        /** @description Everything that rules and conditions can be made of. */
        PermissionCatalogue: {
            /** @description Whose permissions there are, in the order in which they are shown. */
            groups: components["schemas"]["PermissionGroup"][];
            /** @description By name. */
            permissions: components["schemas"]["KnownPermission"][];
            /** @description By plugin. */
            rules: components["schemas"]["KnownRule"][];
            /** @description Plugins whose permissions are not known now; `plugins`: it is not even known which there are. */
            silent: string[];
        };
        /** @description Whose permissions these are. */
        PermissionGroup: {
            /** @description `catalog`, `scaffolder`, `portal`, or a plugin's id. */
            pluginId: string;
            /** @description For people. */
            title: string;
        };
        /** @description What holds, and what is being written. */
        Policies: {
            /**
             * Format: int64
             * @description The version that holds; 0: none was published yet.
             */
            version: number;
            document: components["schemas"]["PolicyDocument"];
            draft?: components["schemas"]["Draft"];
        };
        /** @description All custom roles. */
        PolicyDocument: {
            roles: components["schemas"]["PolicyRole"][];
        };
        /**
         * @description What a rule does.
         * @enum {string}
         */
        PolicyEffect: "allow" | "deny";
        /**
         * @description How a text is written.
         * @enum {string}
         */
        PolicyFormat: "yaml" | "csv";
        /** @description A text to import. */
        PolicyImport: {
            format: components["schemas"]["PolicyFormat"];
            text: string;
            mode?: components["schemas"]["PolicyImportMode"];
        };
        /**
         * @description What becomes of the roles that are not in the text.
         * @enum {string}
         */
        PolicyImportMode: "merge" | "replace";
        /** @description A custom role, as documents write it. */
        PolicyRole: {
            name: string;
            description?: string;
            rules: components["schemas"]["PolicyRule"][];
            /** @description Entity refs and names of built-in roles. */
            subjects: string[];
        };
        /** @description A rule of a role, as documents write it. */
        PolicyRule: {
            /** @description For example `catalog.entity.read`. */
            permission: string;
            effect: components["schemas"]["PolicyEffect"];
            /** @description `{pluginId, resourceType, conditions}`; none: every resource. */
            condition?: Record<string, unknown>;
        };
        /** @description One organisation of the address. */
        Portal: {
            slug: string;
            name: string;
            url: string;
        };
        /** @description Which of them to open. */
        PortalChoice: {
            link: string;
            slug: string;
        };
        /** @description Where to go. */
        PortalDoor: {
            /** @description One-time link that opens the portal signed in; good for a minute. */
            url: string;
        };
        /** @description What the link opens. */
        PortalList: {
            email: string;
            items: components["schemas"]["Portal"][];
        };
        /** @description The text behind `#` of the mailed link. */
        PortalsLink: {
            link: string;
        };
        /** @description Whose organisations. */
        PortalsQuestion: {
            /** @default  */
            email: string;
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
        /** @description How provisioning is set up. */
        Provisioning: {
            /** @description What the directory is told: the address of the SCIM service. */
            baseUrl: string;
            tokens: components["schemas"]["ScimToken"][];
            groups: components["schemas"]["ScimGroup"][];
        };
        /** @description What to publish. */
        Publication: {
            /**
             * Format: int64
             * @description The draft's revision that was reviewed.
             */
            revision: number;
            /** @description What changed and why, for the history. */
            note?: string;
        };
        /** @description What came of it. */
        Queued: {
            /** @description Mails that will be sent; 0 where this installation sends none. */
            mails: number;
        };
        /** @description From where files are read, beside the source hosts that are connected. */
        Reading: {
            /** @description Whether only the places are read from; every public host otherwise. */
            onlyListed: boolean;
            /** @description `example.com`, `*.example.com`, `example.com:8443`, each with or without a path such as `/specs/`. */
            places: string[];
        };
        /** @description One thing that spoke for or against. */
        Reason: {
            /** @description The custom role that the rule is in; left out for what the built-in role comes with. */
            role?: string;
            /** @description The person, group or built-in role through which it applies. */
            subject: string;
            effect: components["schemas"]["PolicyEffect"];
            condition?: Record<string, unknown>;
            /** @description Whether this decided. */
            decides: boolean;
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
        /** @description What publishing would change. */
        Review: {
            /**
             * Format: int64
             * @description The version that holds.
             */
            version: number;
            /** @description Whether another version was published since the draft was begun. */
            outdated: boolean;
            rolesAdded: string[];
            rolesChanged: string[];
            rolesRemoved: string[];
            /** @description How many members were compared. */
            members: number;
            /** @description Everything that flips. */
            changes: components["schemas"]["Change"][];
            /** @description Whether there are more changes than are listed. */
            truncated: boolean;
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
        /** @description A group of the directory. */
        ScimGroup: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @description As what it owns things in the catalog. */
            entityRef: string;
            members: number;
            /** @description The role that its members have at least. */
            role?: components["schemas"]["RoleName"];
        };
        /** @description Which role the group gives. */
        ScimGroupChange: {
            role?: components["schemas"]["RoleName"] | null;
        };
        /** @description A provisioning token, without its text. */
        ScimToken: {
            /** Format: uuid */
            id: string;
            name: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            lastUsedAt?: string;
        };
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
        /** @description A decision before or after. */
        Side: {
            /** @description `allow`, `deny` or `conditional`. */
            decision: string;
            condition?: Record<string, unknown>;
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
        /** @description A stream, without its secret. */
        Stream: {
            /** Format: uuid */
            id: string;
            kind: components["schemas"]["StreamKind"];
            name: string;
            url: string;
            bucket?: string;
            prefix?: string;
            region?: string;
            accessKey?: string;
            enabled: boolean;
            /**
             * Format: int64
             * @description The number of the last event that the other side confirmed.
             */
            sentThrough: number;
            /**
             * Format: int64
             * @description How many events wait.
             */
            waiting: number;
            /** Format: date-time */
            deliveredAt?: string;
            /** Format: date-time */
            failingSince?: string;
            lastError?: string;
        };
        /** @description What is to change; what is left out stays. */
        StreamChange: {
            /** @default null */
            name: string | null;
            /** @default null */
            url: string | null;
            /**
             * @description Off: nothing is sent, and what comes meanwhile waits.
             * @default null
             */
            enabled: boolean | null;
            /**
             * @description S3: another secret key.
             * @default null
             */
            secretKey: string | null;
            /**
             * @description S3: another access key.
             * @default null
             */
            accessKey: string | null;
        };
        /**
         * @description What kind of archive it is.
         * @enum {string}
         */
        StreamKind: "webhook" | "s3";
        /** @description All of them. */
        StreamList: {
            items: components["schemas"]["Stream"][];
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
        /**
         * @description What happens when no entity is found.
         * @enum {string}
         */
        Unmatched: "nameAfterMail" | "refuse";
        /** @description One line of the usage page. */
        Usage: {
            /** @description What is counted. */
            counted: components["schemas"]["Counted"];
            /**
             * Format: int64
             * @description How much there is; not there when whoever knows does not answer.
             */
            used?: number;
            /**
             * Format: int64
             * @description How much there may be; not there when there is no limit.
             */
            allowed?: number;
            /** @description How far it is from the limit. */
            level: components["schemas"]["Level"];
        };
        /** @description The plan, and a line for each of its limits. */
        UsageReport: {
            plan: string;
            items: components["schemas"]["Usage"][];
        };
        /** @description Whether the log is as it was written. */
        Verification: {
            intact: boolean;
            /**
             * Format: int64
             * @description How many events verified.
             */
            rows: number;
            /**
             * Format: int64
             * @description The number before the first of them: those up to it were pruned.
             */
            after: number;
            /**
             * Format: int64
             * @description The last number that verified.
             */
            seq: number;
            /** @description `SEQ:HASH` of it. Whoever keeps it elsewhere can tell later that nothing up to there was written anew. */
            fingerprint: string;
            broken?: components["schemas"]["Broken"];
        };
        /** @description A published version. */
        Version: {
            /** Format: int64 */
            version: number;
            note: string;
            /** Format: date-time */
            publishedAt: string;
            publishedBy: string;
            /**
             * Format: int32
             * @description How many custom roles it has.
             */
            roles: number;
        };
        /** @description A page of the history, newest first. */
        VersionList: {
            items: components["schemas"]["Version"][];
        };
        /** @description A published version as it was written. */
        WholeVersion: components["schemas"]["Version"] & {
            document: components["schemas"]["PolicyDocument"];
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
    list_audit: {
        parameters: {
            query?: {
                /** @description Exactly this actor: `user:default/jane`. */
                actor?: string;
                /** @description Actions that begin so: `member.`. */
                action?: string;
                /** @description Exactly this target. */
                target?: string;
                /** @description From this moment on (RFC 3339). */
                from?: string;
                /** @description Before this moment (RFC 3339). */
                until?: string;
                /** @description This text anywhere in the event, in any letter case. */
                text?: string;
                /** @description Go on after this event: `next` of the page before. */
                before?: string;
                /** @description At most so many, up to 200; 50 unless given. */
                limit?: number;
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
                    "application/json": components["schemas"]["AuditList"];
                };
            };
            /** @description A filter is malformed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    export_audit: {
        parameters: {
            query?: {
                /** @description Exactly this actor: `user:default/jane`. */
                actor?: string;
                /** @description Actions that begin so: `member.`. */
                action?: string;
                /** @description Exactly this target. */
                target?: string;
                /** @description From this moment on (RFC 3339). */
                from?: string;
                /** @description Before this moment (RFC 3339). */
                until?: string;
                /** @description This text anywhere in the event, in any letter case. */
                text?: string;
                /** @description Go on after this event: `next` of the page before. */
                before?: string;
                /** @description At most so many, up to 200; 50 unless given. */
                limit?: number;
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
                    "application/x-ndjson": string;
                };
            };
        };
    };
    get_audit_settings: {
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
                    "application/json": components["schemas"]["AuditSettings"];
                };
            };
        };
    };
    change_audit_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AuditSettingsChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditSettings"];
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
    list_streams: {
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
                    "application/json": components["schemas"]["StreamList"];
                };
            };
        };
    };
    add_stream: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewStream"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeStream"];
                };
            };
            /** @description Says per field what is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description There are enough already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    remove_stream: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The stream */
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
    change_stream: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The stream */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StreamChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stream"];
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
        };
    };
    verify_audit: {
        parameters: {
            query?: {
                /** @description `SEQ:HASH` of an earlier verification. */
                kept?: string;
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
                    "application/json": components["schemas"]["Verification"];
                };
            };
            /** @description No fingerprint */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    undo_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event */
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
            /** @description Cannot be taken back */
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
            /** @description Something was changed again since */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_picture: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the portal's configuration names it */
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture */
            200: {
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
    set_picture: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `logo` or `favicon` */
                slot: string;
            };
            cookie?: never;
        };
        /** @description The picture */
        requestBody: {
            content: {
                "application/octet-stream": string;
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
            /** @description Not a picture */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    remove_picture: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `logo` or `favicon` */
                slot: string;
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
                    "application/json": components["schemas"]["Tenant"];
                };
            };
        };
    };
    list_domains: {
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
                    "application/json": components["schemas"]["DomainList"];
                };
            };
        };
    };
    add_domain: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDomain"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Domain"];
                };
            };
            /** @description Says what is wrong with the host */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too many */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    remove_domain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The host */
                host: string;
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
    verify_domain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The host */
                host: string;
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
                    "application/json": components["schemas"]["Domain"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Another organisation's */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The proof is not there */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
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
                    "application/json": components["schemas"]["LinkOwner"];
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
    ask_for_password_reset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Forgotten"];
            };
        };
        responses: {
            /** @description Mailed, if the address is a member's */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description This installation sends no mail */
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
                    "application/json": components["schemas"]["LinkOwner"];
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
    get_policies: {
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
                    "application/json": components["schemas"]["Policies"];
                };
            };
        };
    };
    set_draft: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDraft"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Draft"];
                };
            };
            /** @description Says per field what is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Somebody else changed it */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    discard_draft: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
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
        };
    };
    explain: {
        parameters: {
            query: {
                /** @description The member. */
                member: string;
                /** @description The permission's name. */
                permission: string;
                /** @description A resource, for permissions on resources: an entity's ref, or what a plugin calls its own by. */
                resourceRef?: string | null;
                /** @description Ask the draft, not what holds. */
                draft?: boolean;
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
                    "application/json": components["schemas"]["Explanation"];
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
    export_policies: {
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
                    "application/yaml": string;
                };
            };
        };
    };
    import_policies: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PolicyImport"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Draft"];
                };
            };
            /** @description Says per line what is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_permissions: {
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
                    "application/json": components["schemas"]["PermissionCatalogue"];
                };
            };
        };
    };
    publish: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Publication"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Version"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description There is no draft */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Somebody else changed the draft or published */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    review_draft: {
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
                    "application/json": components["schemas"]["Review"];
                };
            };
            /** @description There is no draft */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_versions: {
        parameters: {
            query?: {
                /** @description Only versions below this one. */
                before?: number | null;
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
                    "application/json": components["schemas"]["VersionList"];
                };
            };
        };
    };
    get_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Counted from 1; 0 is what held before */
                version: number;
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
                    "application/json": components["schemas"]["WholeVersion"];
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
    revert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The version to go back to */
                version: number;
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
                    "application/json": components["schemas"]["Version"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It holds already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    review_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The version to go back to */
                version: number;
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
                    "application/json": components["schemas"]["Review"];
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
    ask_for_portals: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PortalsQuestion"];
            };
        };
        responses: {
            /** @description A mail is on its way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description This installation sends no mail */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_portals: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PortalsLink"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PortalList"];
                };
            };
            /** @description Expired or not ours */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    open_portal: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PortalChoice"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PortalDoor"];
                };
            };
            /** @description Expired, or not a member there */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Opened with this link before */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_reading: {
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
                    "application/json": components["schemas"]["Reading"];
                };
            };
        };
    };
    set_reading: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reading"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reading"];
                };
            };
            /** @description Names the entry that is no place */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_provisioning: {
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
                    "application/json": components["schemas"]["Provisioning"];
                };
            };
        };
    };
    change_scim_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The group */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScimGroupChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScimGroup"];
                };
            };
            /** @description No such role */
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
    add_scim_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewScimToken"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeScimToken"];
                };
            };
            /** @description Says per field what is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description There are enough already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_scim_token: {
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
            /** @description Confirm first */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfirmationMailed"];
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
    confirm_sign_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Confirmation"];
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
            /** @description The address was taken meanwhile */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Expired or not ours */
            404: {
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
    delete_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Deletion"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            /** @description Says per field what is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too many wrong passwords */
            429: {
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
    get_usage: {
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
                    "application/json": components["schemas"]["UsageReport"];
                };
            };
        };
    };
    list_groups: {
        parameters: {
            query?: {
                /** @description For example `userName eq "jane@acme.example"`. */
                filter?: string;
                /** @description From which on, counted from 1. */
                startIndex?: number;
                /** @description At most so many, up to 500. */
                count?: number;
                /** @description Only these attributes, separated by commas. */
                attributes?: string;
                /** @description All but these attributes. */
                excludedAttributes?: string;
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
                    "application/scim+json": unknown;
                };
            };
            /** @description The filter is malformed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    create_group: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/scim+json": unknown;
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description There is such a group already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_group: {
        parameters: {
            query?: {
                /** @description Only these attributes, separated by commas. */
                attributes?: string;
                /** @description All but these attributes. */
                excludedAttributes?: string;
            };
            header?: never;
            path: {
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
                    "application/scim+json": unknown;
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
    replace_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/scim+json": unknown;
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
            /** @description A name that another has */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
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
    patch_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/scim+json": unknown;
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
            /** @description A name that another has */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_resource_types: {
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
                    "application/scim+json": unknown;
                };
            };
        };
    };
    list_schemas: {
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
                    "application/scim+json": unknown;
                };
            };
        };
    };
    get_service_provider_config: {
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
                    "application/scim+json": unknown;
                };
            };
        };
    };
    list_users: {
        parameters: {
            query?: {
                /** @description For example `userName eq "jane@acme.example"`. */
                filter?: string;
                /** @description From which on, counted from 1. */
                startIndex?: number;
                /** @description At most so many, up to 500. */
                count?: number;
                /** @description Only these attributes, separated by commas. */
                attributes?: string;
                /** @description All but these attributes. */
                excludedAttributes?: string;
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
                    "application/scim+json": unknown;
                };
            };
            /** @description The filter is malformed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    create_user: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/scim+json": unknown;
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description There is such a user already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_user: {
        parameters: {
            query?: {
                /** @description Only these attributes, separated by commas. */
                attributes?: string;
                /** @description All but these attributes. */
                excludedAttributes?: string;
            };
            header?: never;
            path: {
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
                    "application/scim+json": unknown;
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
    replace_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/scim+json": unknown;
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
            /** @description The last administrator, or a name that another has */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
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
    patch_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/scim+json": unknown;
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
            /** @description The last administrator, or a name that another has */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
