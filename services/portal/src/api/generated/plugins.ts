// Generated from openapi/plugins.json by `npm run generate`. Do not edit.
export interface paths {
    "/api/plugins/v1/available": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The packages that may be installed. What the registry says of them may come later: ask again while one is `asking`.
         * @description Permission: `plugin.read`.
         */
        get: operations["list_available"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/beacons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reports that a plugin's front end broke; it counts against a version that is being watched, and else for nothing.
         * @description Permission: `plugin.use`.
         */
        post: operations["report_beacon"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/installed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The organisation's plugins.
         * @description Permission: `plugin.read`.
         */
        get: operations["list_installed"];
        put?: never;
        /**
         * Begins to install a package; its row says how far it is.
         * @description Permission: `plugin.update`.
         */
        post: operations["install_plugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/installed/{plugin_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One plugin.
         * @description Permission: `plugin.read`.
         */
        get: operations["get_installed"];
        put?: never;
        post?: never;
        /**
         * Removes a plugin with all its packages. Its data stays, for when it is installed again.
         * @description Permission: `plugin.update`.
         */
        delete: operations["remove_plugin"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/installed/{plugin_id}/about": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the packages of an installed plugin say about themselves.
         * @description Permission: `plugin.read`.
         */
        get: operations["get_about"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/installed/{plugin_id}/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Replaces a plugin's configuration. Its worker starts again with the next request. What the schemas of its packages do
         *     not permit is answered with 400 and the places (`/config/…`).
         * @description Permission: `plugin.update`.
         */
        put: operations["set_config"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/installed/{plugin_id}/config-schema": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What can be configured in an installed plugin, as its packages say.
         * @description Permission: `plugin.read`.
         */
        get: operations["get_config_schema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/installed/{plugin_id}/egress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The hosts that a plugin's back end may reach.
         * @description Permission: `plugin.update`.
         */
        get: operations["get_egress"];
        /**
         * Replaces the list of hosts. It holds for the next connection of a running worker, which is not started again.
         * @description Permission: `plugin.update`.
         */
        put: operations["set_egress"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/installed/{plugin_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which versions of a plugin ran from when on.
         * @description Permission: `plugin.read`.
         */
        get: operations["get_version_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/installed/{plugin_id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The last lines that a plugin's worker wrote.
         * @description Permission: `plugin.update`.
         */
        get: operations["get_logs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/installed/{plugin_id}/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Starts a plugin's worker afresh; requests in flight are finished first.
         * @description Permission: `plugin.update`.
         */
        post: operations["restart_worker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/installed/{plugin_id}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The scheduled tasks of a plugin, with how they fared.
         * @description Permission: `plugin.read`.
         */
        get: operations["list_plugin_tasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/installed/{plugin_id}/tasks/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes a task due now. A run that is under way is followed by one more.
         * @description Permission: `plugin.update`.
         */
        post: operations["run_plugin_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/installed/{plugin_id}/upgrade-policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the organisation says about upgrades of a plugin.
         * @description Permission: `plugin.read`.
         */
        get: operations["get_upgrade_policy"];
        /**
         * Replaces what the organisation says about upgrades of a plugin.
         * @description Permission: `plugin.update`.
         */
        put: operations["set_upgrade_policy"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/isolation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far plugins' workers are separated from the machine, and what is not contained at this level.
         * @description Permission: `plugin.update`.
         */
        get: operations["get_isolation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/operator/deeds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what the operator did, in the browser and by commands. */
        get: operations["list_operator_deeds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/operator/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists who ran what when: changes of versions in all organisations or in one, of all packages or of one. */
        get: operations["list_operator_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/operator/isolation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tells how far workers are separated from this machine, and what is not contained. */
        get: operations["get_operator_isolation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/operator/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the organisations that have a package, or one version of it, with what they say about upgrades. */
        get: operations["list_operator_organizations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/operator/plugins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists every package that some organisation has, with its versions and how many organisations have each. */
        get: operations["list_operator_plugins"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/operator/rollouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists rollouts with their progress. */
        get: operations["list_operator_rollouts"];
        put?: never;
        /** Begins a rollout; the plugin host carries it out. */
        post: operations["start_operator_rollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/operator/rollouts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a rollout's progress. */
        get: operations["get_operator_rollout"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/operator/rollouts/{id}/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the organisations of a rollout with what the gate saw and where it closes. */
        get: operations["list_rollout_organizations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/operator/rollouts/{id}/organizations/{tenant_id}/pictures/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows one picture of an organisation's report; pictures are kept for 30 days after their rollout. */
        get: operations["get_rollout_picture"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/operator/rollouts/{id}/revert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a rollout back: everybody who has the version from it goes back, also when it has ended. */
        post: operations["revert_operator_rollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/operator/rollouts/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops a rollout now: nobody else gets the version, and whoever is still watched goes back. */
        post: operations["stop_operator_rollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/operator/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the workers that run now, of all organisations, with what they take. */
        get: operations["list_operator_workers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The permissions that the organisation's plugins ask about, for whoever writes a policy.
         * @description No worker is woken for it. Plugins that were asked and have none are left out.
         *
         *     Permission: `plugin.read`.
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
    "/api/plugins/v1/previews": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The versions that the caller may look at before they are published.
         * @description Permission: `plugin.use`.
         */
        get: operations["list_previews"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/previews/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Looks at a version before it is published, or no more. It changes what the caller alone meets, from the next request and
         *     the next page on.
         * @description Permission: `plugin.use`.
         */
        put: operations["set_preview"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/remotes/{digest}/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One file of a built front end. Its address names its content, so it never changes. */
        get: operations["get_remote_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/upgrades": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The organisation's part of rollouts.
         * @description Permission: `plugin.read`.
         */
        get: operations["list_upgrades"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/upgrades/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The organisation's part of one rollout, with its report.
         * @description Permission: `plugin.read`.
         */
        get: operations["get_upgrade"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The organisation's own plugins, with every version that is kept.
         * @description Permission: `plugin.update`.
         */
        get: operations["list_uploads"];
        put?: never;
        /**
         * Uploads a version: what `npm pack` makes, at most 32 MB. Everything that is wrong with it is told at once, by place.
         * @description Permission: `plugin.update`.
         */
        post: operations["upload_plugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/uploads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One version.
         * @description Permission: `plugin.update`.
         */
        get: operations["get_upload"];
        put?: never;
        post?: never;
        /**
         * Deletes a version that the organisation does not run, and ends its preview.
         * @description Permission: `plugin.update`.
         */
        delete: operations["delete_upload"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/uploads/{id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The last lines that a preview's worker wrote.
         * @description Permission: `plugin.update`.
         */
        get: operations["get_upload_logs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/uploads/{id}/previewers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Says who may look at a version before it is published. Whoever is left out looks at it no more.
         * @description Permission: `plugin.update`.
         */
        put: operations["set_previewers"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/v1/uploads/{id}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives a version to the whole organisation.
         * @description Permission: `plugin.update`.
         */
        post: operations["publish_upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{plugin_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Calls the root of a plugin's own API.
         * @description Permission: `plugin.use`.
         */
        get: operations["call_plugin_root_get"];
        /**
         * Calls the root of a plugin's own API.
         * @description Permission: `plugin.use`.
         */
        put: operations["call_plugin_root_put"];
        /**
         * Calls the root of a plugin's own API.
         * @description Permission: `plugin.use`.
         */
        post: operations["call_plugin_root_post"];
        /**
         * Calls the root of a plugin's own API.
         * @description Permission: `plugin.use`.
         */
        delete: operations["call_plugin_root_delete"];
        /**
         * Calls the root of a plugin's own API.
         * @description Permission: `plugin.use`.
         */
        options: operations["call_plugin_root_options"];
        /**
         * Calls the root of a plugin's own API.
         * @description Permission: `plugin.use`.
         */
        head: operations["call_plugin_root_head"];
        /**
         * Calls the root of a plugin's own API.
         * @description Permission: `plugin.use`.
         */
        patch: operations["call_plugin_root_patch"];
        trace?: never;
    };
    "/api/{plugin_id}/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Calls a plugin's own API. What it takes and answers is the plugin's business.
         * @description Permission: `plugin.use`.
         */
        get: operations["call_plugin_get"];
        /**
         * Calls a plugin's own API. What it takes and answers is the plugin's business.
         * @description Permission: `plugin.use`.
         */
        put: operations["call_plugin_put"];
        /**
         * Calls a plugin's own API. What it takes and answers is the plugin's business.
         * @description Permission: `plugin.use`.
         */
        post: operations["call_plugin_post"];
        /**
         * Calls a plugin's own API. What it takes and answers is the plugin's business.
         * @description Permission: `plugin.use`.
         */
        delete: operations["call_plugin_delete"];
        /**
         * Calls a plugin's own API. What it takes and answers is the plugin's business.
         * @description Permission: `plugin.use`.
         */
        options: operations["call_plugin_options"];
        /**
         * Calls a plugin's own API. What it takes and answers is the plugin's business.
         * @description Permission: `plugin.use`.
         */
        head: operations["call_plugin_head"];
        /**
         * Calls a plugin's own API. What it takes and answers is the plugin's business.
         * @description Permission: `plugin.use`.
         */
        patch: operations["call_plugin_patch"];
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description One installed package's words. */
        AboutInstalled: {
            about: components["schemas"]["PackageAbout"];
            /** @description Its README in Markdown, written by strangers; cut off after 64 KiB. */
            readme?: string;
            /** @description What the npm registry warned of in its bundle when that was made; for those who may change plugins. */
            advisories?: components["schemas"]["Advisories"];
        };
        /** @description What the registry warned of in everything that a bundle contains. */
        Advisories: {
            /** @description When it was asked (RFC 3339): what became known later is not there. */
            checkedAt: string;
            /** @description The worst first, at most 100. */
            findings: components["schemas"]["AdvisoryFinding"][];
            /** @description How many more there are. */
            left: number;
            /** @description Why the registry told nothing; absent: it did. */
            notChecked?: string;
        };
        /** @description One advisory that one version in the bundle falls under. */
        AdvisoryFinding: {
            /** @description The npm package. */
            package: string;
            /** @description Its version in the bundle. */
            version: string;
            /** @description `critical`, `high`, `moderate`, `low` or `info`. */
            severity: string;
            /** @description In the words of the advisory. */
            title: string;
            /** @description Where it is described. */
            url?: string;
        };
        /** @description The packages that may be installed. */
        AvailableList: {
            /** @description All of the operator's list, by name. */
            items: components["schemas"]["AvailablePackage"][];
        };
        /** @description A package that may be installed. */
        AvailablePackage: {
            /** @description Its name. */
            package: string;
            /** @description Where it comes from. */
            source: components["schemas"]["Source"];
            /** @description For people. */
            title: string;
            /** @description The plugin that it is a part of, where that is known or can be guessed. */
            pluginId: string;
            /** @description Whether the organisation has it, or is getting it. */
            installed: boolean;
            /** @description What the registry says of its newest version. */
            about?: components["schemas"]["PackageAbout"];
            /** @description Whether the registry is being asked about it now. */
            asking: boolean;
            /** @description Why nothing is known of it. */
            message?: string;
        };
        /** @description A report that a plugin's front end broke in a browser. */
        Beacon: {
            /** @description Which plugin. */
            pluginId: string;
            /** @description The remote's digest, as its address has it; absent: whichever is loaded now. */
            digest?: string | null;
            /** @description What was thrown. */
            message: string;
        };
        /** @description A rollout that was begun. */
        BegunRollout: {
            /** Format: uuid */
            id: string;
        };
        /**
         * @description When upgrades come.
         * @enum {string}
         */
        Channel: "stable" | "early";
        /** @description What is known of a bundle without running it. */
        Checks: {
            /**
             * @description npm packages in it.
             * @default 0
             */
            packages: number;
            /**
             * @description How many of them have which licence; `none` where they name none.
             * @default {}
             */
            licences: {
                [key: string]: number;
            };
            /**
             * @description Packages with compiled code.
             * @default []
             */
            native: string[];
            /**
             * @description Packages with install scripts, which were not run.
             * @default []
             */
            installScripts: string[];
            /**
             * @description What the registry warned of when the bundle was made; absent in bundles from before that was asked.
             * @default null
             */
            advisories: components["schemas"]["Advisories"];
        };
        /** @description A new configuration. */
        ConfigRequest: {
            /** @description Part of Backstage's configuration tree; replaces the old one. */
            config: Record<string, unknown>;
            /** @description Saves it whatever the schemas of the plugin's packages say. */
            unchecked?: boolean;
        };
        /** @description A package whose schema counts. */
        ConfigSchemaOrigin: {
            /** @description Its name. */
            name: string;
            /** @description Its version. */
            version: string;
        };
        /** @description One difference between two versions. */
        Difference: {
            /** @description `framework`, `routes`, `tasks`, `actions`, `events`, `config` or `request`. */
            what: string;
            /** @description Which one. */
            name: string;
            /** @description `added`, `removed` or `changed`. */
            change: string;
            /** @description Whether people or templates that use it would notice. */
            breaking: boolean;
            /** @description More about it. */
            detail?: string;
        };
        /** @description The hosts that a plugin's back end may reach. */
        Egress: {
            /** @description `host`, `host:port`, `*.domain` or `*.domain:port`, without a port 443; at most 100. The empty list allows nothing. */
            hosts: string[];
        };
        /** @description One module of a container. */
        ExposedModule: {
            /** @description For example `./alpha`. */
            expose: string;
        };
        /** @description What browsers may see of one plugin's configuration. */
        FrontendConfig: {
            /** @description `plugin:<id>`. */
            context: string;
            /** @description Exactly what the schemas of its packages mark as visible for the front end. */
            data: Record<string, unknown>;
        };
        /** @description When the gate closes and when it opens. */
        Gate: {
            /**
             * Format: int64
             * @description A version is watched for so long.
             * @default 60
             */
            soakSeconds: number;
            /**
             * Format: int64
             * @description And until it has answered so many requests, but at most for `longest_seconds`.
             * @default 50
             */
            minRequests: number;
            /**
             * Format: int64
             * @description The end of watching, however little was asked.
             * @default 900
             */
            longestSeconds: number;
            /**
             * Format: double
             * @description Its share of failed requests may be so much above the former version's.
             * @default 0.05
             */
            errorRate: number;
            /**
             * Format: double
             * @description Its 95th percentile may be so many times the former version's.
             * @default 2.5
             */
            latencyFactor: number;
            /**
             * Format: int64
             * @description A 95th percentile below that is never too slow.
             * @default 20
             */
            latencyFloorMs: number;
            /**
             * Format: int32
             * @description So many reports of broken front ends close the gate.
             * @default 3
             */
            beacons: number;
        };
        /** @description What the new version may come to in one organisation. */
        GateLimits: {
            /**
             * Format: double
             * @description Share of failed requests, 0 to 1.
             */
            errorRate: number;
            /**
             * Format: int64
             * @description 95th percentile, in ms; missing while the former version's figures say nothing.
             */
            p95Ms?: number;
            /**
             * Format: int32
             * @description Reports of broken front ends.
             */
            beacons: number;
            /**
             * Format: int64
             * @description With fewer requests than that, shares and percentiles are not judged.
             */
            requests: number;
            /**
             * Format: int64
             * @description Fewer failed requests than that are not judged.
             */
            errors: number;
        };
        /** @description What to install. */
        InstallRequest: {
            /** @description An npm package, or `proscenium:<name>` for a worker that comes with the platform. */
            package: string;
            /** @description Version or range of npm; the newest when absent. */
            version?: string | null;
        };
        /** @description A plugin of the organisation. */
        Installed: {
            /** @description For example `badges`: its API is below `/api/badges`. */
            pluginId: string;
            /** @description The package that was installed first; a back end and a front end may come in two. */
            package: string;
            /** @description That package's version, or what was asked for as long as it is not there. */
            version: string;
            /** @description For people. */
            title: string;
            /** @description The package's own words. */
            description?: string;
            /** @description Where that package comes from. */
            source: components["schemas"]["Source"];
            /** @description Whether it has a worker. */
            hasBackend: boolean;
            /** @description Whether the portal loads something of it. */
            hasFrontend: boolean;
            /** @description Its worker, or how far its installation is. */
            worker?: components["schemas"]["Worker"];
            /** @description What its worker did and takes; told of one plugin at a time. */
            activity?: components["schemas"]["PluginActivity"];
            /** @description Part of Backstage's configuration tree, given to its worker. */
            config: Record<string, unknown>;
            /** @description Every package of it. */
            packages: components["schemas"]["InstalledPackage"][];
            /**
             * Format: date-time
             * @description Since when.
             */
            installedAt: string;
        };
        /** @description A list of plugins. */
        InstalledList: {
            /** @description All of them, by id. */
            items: components["schemas"]["Installed"][];
        };
        /** @description One package of a plugin. */
        InstalledPackage: {
            /** @description Its name. */
            package: string;
            /** @description What is installed. */
            version?: string;
            /** @description Where it comes from. */
            source: components["schemas"]["Source"];
            /** @description How far it is. */
            state: components["schemas"]["PackageState"];
            /** @description What went wrong. */
            message?: string;
        };
        /** @description Isolation as the operator sees it. */
        Isolation: {
            /** @description The level at which workers run: `L0` to `L3`. */
            level: string;
            /** @description Below this level no worker is started. */
            minimumLevel: string;
            /** @description Whether workers are started. */
            runs: boolean;
            /** @description Whether each organisation's plugins run as a user of their own. */
            ownUsers: boolean;
            /** @description Version of the control groups that limit workers. */
            cgroups?: string;
            /** @description What a plugin can still do at this level. */
            notContained: string[];
            /** @description Why each higher level was not reached. */
            refused: components["schemas"]["RefusedLevel"][];
        };
        /** @description One line. */
        LogLine: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description `stdout`, `stderr`, or `host` for the plugin host's own words. */
            stream: string;
            /** @description `error`, `warn`, `info` or `debug`. */
            level: string;
            /** @description Text of the plugin; untrusted. */
            text: string;
        };
        /** @description A worker's log. */
        Logs: {
            /** @description The last 200 lines, oldest first. */
            lines: components["schemas"]["LogLine"][];
        };
        /** @description Figures of one version. */
        Measured: {
            /**
             * Format: int64
             * @description Answered requests.
             */
            requests: number;
            /**
             * Format: int64
             * @description Of these failed.
             */
            errors: number;
            /**
             * Format: int64
             * @description Processes that ended, hung or did not start.
             */
            failures: number;
            /**
             * Format: int64
             * @description 95th percentile of the time to the first byte, in ms.
             */
            p95Ms?: number;
        };
        /** @description A rollout to begin. */
        NewOperatorRollout: {
            /** @description An npm package that organisations have. */
            package: string;
            /** @description The exact version, such as `1.2.3`. */
            version: string;
            /** @description Addresses of the organisations that get it first, at most 100; else those on the early channel, else one of all. */
            canaries?: string[];
            /** @description Shares of the others in per cent, one wave after the other; at most 20. The rest follows. */
            waves?: number[];
            /** @description So many organisations at once, 1 to 64. */
            parallel?: number;
            /** @description When the gate closes. */
            gate?: components["schemas"]["Gate"];
        };
        /** @description A version that a member may look at before it is published. */
        OfferedPreview: {
            /** Format: uuid */
            uploadId: string;
            pluginId: string;
            package: string;
            version: string;
            description?: string;
            uploadedBy: string;
            /** @description Whether they do. */
            on: boolean;
        };
        /** @description A change of an organisation's version. */
        OperatorChange: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            tenantId: string;
            /** @description The organisation's address below the domain. */
            slug: string;
            package: string;
            pluginId: string;
            /** @description What it runs since then. */
            version: string;
            /** @description `install`, `rollout` or `rollback`. */
            cause: string;
            /** Format: uuid */
            rollout?: string;
            /** Format: date-time */
            since: string;
        };
        /** @description Something that the operator did. */
        OperatorDeed: {
            /** Format: uuid */
            id: string;
            /** Format: date-time */
            at: string;
            /** @description `operator`: by the command line; `operator:NAME`: in the browser; `system`: by itself, as was asked before. */
            actor: string;
            /** @description For example `rollout.stop`. */
            action: string;
            target: string;
            details: Record<string, unknown>;
        };
        /** @description A page of deeds, the latest first. */
        OperatorDeedList: {
            items: components["schemas"]["OperatorDeed"][];
            nextCursor?: string;
        };
        /** @description A page of changes, the latest first. */
        OperatorHistory: {
            items: components["schemas"]["OperatorChange"][];
            nextCursor?: string;
        };
        /** @description An organisation that has a package. */
        OperatorOrganization: {
            /** Format: uuid */
            tenantId: string;
            /** @description Its address below the domain. */
            slug: string;
            name: string;
            pluginId: string;
            version?: string;
            state: components["schemas"]["PackageState"];
            /** @description Why installing failed. */
            message?: string;
            /**
             * Format: date-time
             * @description Since when it has this version.
             */
            since: string;
            channel: components["schemas"]["Channel"];
            pinned: boolean;
            /** Format: date-time */
            frozenUntil?: string;
            quietHours?: components["schemas"]["QuietHours"];
        };
        /** @description A page of organisations, by address. */
        OperatorOrganizationList: {
            items: components["schemas"]["OperatorOrganization"][];
            nextCursor?: string;
        };
        /** @description A package that some organisation has. */
        OperatorPlugin: {
            package: string;
            pluginId: string;
            /**
             * Format: int64
             * @description Organisations that have it.
             */
            organizations: number;
            /** @description What they have, the most used first. */
            versions: components["schemas"]["OperatorVersion"][];
        };
        /** @description A page of packages, by name. */
        OperatorPluginList: {
            items: components["schemas"]["OperatorPlugin"][];
            nextCursor?: string;
        };
        /** @description A rollout as a whole. */
        OperatorRollout: {
            /** Format: uuid */
            id: string;
            package: string;
            pluginId: string;
            /** @description The version that is rolled out. */
            version: string;
            phase: components["schemas"]["RolloutPhase"];
            /** @description Why, where that needs saying. */
            reason?: string;
            /** @description What was asked of it and not done yet: `stop` or `revert`. */
            wanted?: string;
            /**
             * Format: int32
             * @description The ring whose turn it is; 0 is the canaries'.
             */
            ring: number;
            plan: components["schemas"]["Plan"];
            /** Format: date-time */
            startedAt: string;
            /** Format: date-time */
            endedAt?: string;
            /**
             * Format: int64
             * @description Organisations that take part.
             */
            organizations: number;
            /** @description How far they are, ring after ring. */
            rings: components["schemas"]["RolloutRing"][];
        };
        /** @description A page of rollouts, the latest first. */
        OperatorRolloutList: {
            items: components["schemas"]["OperatorRollout"][];
            nextCursor?: string;
        };
        /** @description One version of a package, counted in organisations. */
        OperatorVersion: {
            /** @description Missing where it was asked for and is not there. */
            version?: string;
            /** Format: int64 */
            organizations: number;
            /** Format: int64 */
            installing: number;
            /** Format: int64 */
            failed: number;
            /**
             * Format: int64
             * @description On the early channel.
             */
            early: number;
            /**
             * Format: int64
             * @description Pinned, or frozen now: rollouts leave them alone.
             */
            held: number;
        };
        /** @description A worker that runs, starts, or failed. */
        OperatorWorker: {
            /** Format: uuid */
            tenantId: string;
            /** @description The organisation's address below the domain. */
            slug: string;
            pluginId: string;
            state: components["schemas"]["WorkerState"];
            /** @description What is wrong, in plain words. */
            message?: string;
            /** Format: date-time */
            since: string;
            /**
             * Format: int32
             * @description How often it was started again after a failure.
             */
            restarts: number;
            /** @description Requests that it works on. */
            inFlight: number;
            /**
             * Format: int64
             * @description Requests that it answered since the plugin host or this version began.
             */
            requests: number;
            /**
             * Format: int64
             * @description Memory of its processes now.
             */
            memoryBytes?: number;
            /**
             * Format: int64
             * @description CPU time since it started.
             */
            cpuMs?: number;
        };
        /** @description Workers of the plugin host. */
        OperatorWorkerList: {
            /** @description Those that take most memory first, at most 500. */
            items: components["schemas"]["OperatorWorker"][];
            /** @description How many there are. */
            total: number;
            /** @description How many are awake, or on their way. */
            awake: number;
        };
        /** @description A package's words about itself. All of it was written by strangers. */
        PackageAbout: {
            /**
             * @description Its name.
             * @default
             */
            package: string;
            /**
             * @description Its version.
             * @default
             */
            version: string;
            /**
             * @description What it does.
             * @default null
             */
            description: string;
            /**
             * @description The licence of its code.
             * @default null
             */
            licence: string;
            /**
             * @description `backend-plugin`, `frontend-plugin-module` and so on.
             * @default null
             */
            role: string;
            /**
             * @description The plugin that it is a part of.
             * @default null
             */
            pluginId: string;
            /**
             * @description Words to find it by.
             * @default []
             */
            keywords: string[];
            /**
             * @description Where it is described.
             * @default null
             */
            homepage: string;
            /**
             * @description Where its code is.
             * @default null
             */
            repository: string;
            /**
             * @description Other packages of the same plugin.
             * @default []
             */
            siblings: string[];
        };
        /**
         * @description How far a package is.
         * @enum {string}
         */
        PackageState: "installing" | "installed" | "failed";
        /** @description How a rollout goes about it. */
        Plan: {
            /**
             * @description Shares of the organisations that are not canaries, in per cent: `[10, 50, 100]`.
             * @default []
             */
            waves: number[];
            /**
             * @description So many organisations are worked on at once.
             * @default 0
             */
            parallel: number;
            /**
             * @description When the gate closes.
             * @default {
             *       "soakSeconds": 60,
             *       "minRequests": 50,
             *       "longestSeconds": 900,
             *       "errorRate": 0.05,
             *       "latencyFactor": 2.5,
             *       "latencyFloorMs": 20,
             *       "beacons": 3
             *     }
             */
            gate: components["schemas"]["Gate"];
            /**
             * @description Who began it.
             * @default
             */
            by: string;
        };
        /** @description What a plugin's packages say about themselves. */
        PluginAbout: {
            /** @description Those of which something is known. */
            packages: components["schemas"]["AboutInstalled"][];
        };
        /** @description What a plugin's worker did since the platform was started, and takes now. */
        PluginActivity: {
            /**
             * Format: int64
             * @description Processes that were started.
             */
            starts: number;
            /**
             * Format: int64
             * @description Processes that ended by themselves, hung, or did not start.
             */
            failures: number;
            /**
             * Format: int64
             * @description Answered requests.
             */
            requests: number;
            /**
             * Format: int64
             * @description Of these with 5xx, or not answered at all.
             */
            errors: number;
            /**
             * Format: int64
             * @description Nineteen of twenty requests had their first byte in so many milliseconds, rounded up.
             */
            p95Ms?: number;
            /** @description What its process takes now; absent while it sleeps. */
            usage?: components["schemas"]["ResourceUse"];
        };
        /** @description What can be configured in a plugin. */
        PluginConfigSchema: {
            /**
             * @description JSON Schema (draft 07) of the configuration, with Backstage's `visibility` and `deepVisibility`; absent when no
             *     package has one.
             */
            schema?: Record<string, unknown>;
            /** @description The topmost keys that the plugin itself describes; the others are its libraries'. */
            ownKeys: string[];
            /** @description Packages that it was made from. */
            packages: components["schemas"]["ConfigSchemaOrigin"][];
            /** @description What is missing in it, for people. */
            notes: string[];
        };
        /** @description What one plugin adds. */
        PluginExtensions: {
            /** @description For example `scaffolder-github`. */
            pluginId: string;
            /** @description See the crate `plugin-protocol`. */
            extensions: Record<string, unknown>;
        };
        /** @description The permissions that one plugin asks about. */
        PluginPermissions: {
            /** @description For example `badges`. */
            pluginId: string;
            /** @description For people. */
            title: string;
            /** @description Whether it was asked yet; as long as it was not, what it has is not known. */
            described: boolean;
            /** @description As Backstage describes permissions: name, attributes, and the type of resource if there is one. */
            permissions: Record<string, unknown>[];
            /** @description Rules for conditions on its resources. */
            rules: Record<string, unknown>[];
        };
        /** @description A scheduled task of a plugin. */
        PluginTask: {
            /** @description The plugin that registered it and its id there. */
            task: string;
            /** @description `{cron}` or `{everyMs}`, with `timeoutMs`; a task with neither runs when it is asked for. */
            schedule: Record<string, unknown>;
            /**
             * Format: int64
             * @description Runs that ended.
             */
            runs: number;
            /**
             * Format: date-time
             * @description When it is due.
             */
            nextAt?: string;
            /**
             * Format: date-time
             * @description When the last run began.
             */
            lastStartedAt?: string;
            /**
             * Format: date-time
             * @description When the last run ended.
             */
            lastEndedAt?: string;
            /** @description Why that failed. */
            lastError?: string;
        };
        /** @description A front-end plugin as the gateway announces it to the portal. */
        PortalFeature: {
            pluginId: string;
            /** @description Name of the module-federation container. */
            name: string;
            /** @description The same, as module federation calls it. */
            remote: string;
            /** @description Path on the organisation's origin. */
            entry: string;
            modules: components["schemas"]["ExposedModule"][];
        };
        /** @description What the organisation's portal loads, and what its page says to that. */
        PortalFeatures: {
            items: components["schemas"]["PortalFeature"][];
            /** @description Parts of the page's configuration, by plugin; the platform's own comes after them and wins. */
            config: components["schemas"]["FrontendConfig"][];
        };
        /** @description What one member's page loads instead of what is published. */
        PortalPreview: {
            /** Format: uuid */
            memberId: string;
            /** Format: uuid */
            uploadId: string;
            pluginId: string;
            package: string;
            version: string;
            /** @description Its front end, if it has one; it takes the place of the one with the same container. */
            feature?: components["schemas"]["PortalFeature"];
        };
        /** @description The versions that the caller may look at. */
        PreviewList: {
            /** @description The latest first. */
            items: components["schemas"]["OfferedPreview"][];
        };
        /** @description Who may look at a preview. */
        PreviewMembers: {
            /** @description Ids of members, at most 50. They turn it on themselves. */
            members: string[];
        };
        /** @description Whether to look at a version. */
        PreviewSwitch: {
            on: boolean;
        };
        /** @description A member who may look at a preview. */
        Previewer: {
            /** Format: uuid */
            memberId: string;
            /** @description Whether they do. */
            on: boolean;
        };
        /** @description How many plugins will hear of an event. */
        Published: {
            /** @description Subscribers, each of which gets it at least once. */
            subscribers: number;
        };
        /** @description Hours of the day in UTC; `to` may be smaller than `from`, for a night. */
        QuietHours: {
            /**
             * Format: int32
             * @description The first hour, 0 to 23.
             */
            from: number;
            /**
             * Format: int32
             * @description The hour in which they end, 0 to 23.
             */
            to: number;
        };
        /** @description A version that ran. */
        RanVersion: {
            package: string;
            version: string;
            /** @description The bundle's content address. */
            digest?: string;
            /** @description `install`, `rollout` or `rollback`. */
            cause: string;
            /**
             * Format: uuid
             * @description The rollout, if it was one.
             */
            rollout?: string;
            /** Format: date-time */
            since: string;
        };
        /** @description A level that this machine does not permit. */
        RefusedLevel: {
            /** @description Which. */
            level: string;
            /** @description Why. */
            reason: string;
        };
        /** @description One page under both versions. */
        RenderedPage: {
            /** @description Below the organisation's origin. */
            path: string;
            /** @description `start` (the portal's first page), `page`, `entity-content` (a tab) or `entity-card`. */
            kind: string;
            /** @description What breaks with the new version alone. */
            broken: string[];
            /** @description What else is new: errors in the console, a page that is gone. */
            noted: string[];
            /** @description How it looked under the former version: a picture's file, for the operator alone. */
            formerPicture?: string;
            /** @description How it looked under the new version: a picture's file, for the operator alone. */
            nextPicture?: string;
            /** @description Why pictures are missing. */
            unpictured?: string[];
        };
        /** @description Pages rendered in a browser before an upgrade. */
        Rendering: {
            /** @description Why pages were not rendered; absent: they were. */
            notRendered?: string;
            /** @description The browser. */
            browser?: string;
            /** @description Which back end answered the new version's pages: `new`, `present` or `none`. */
            backEnd?: string;
            /** @description The pages, those that break first. */
            pages: components["schemas"]["RenderedPage"][];
        };
        /** @description What a process takes of the machine. */
        ResourceUse: {
            /**
             * Format: int64
             * @description Memory in bytes, as its control group counts it, else resident.
             */
            memoryBytes: number;
            /**
             * Format: int64
             * @description The most that it may take.
             */
            memoryLimitBytes: number;
            /**
             * Format: int64
             * @description CPU time since it began, in milliseconds.
             */
            cpuMs: number;
            /**
             * Format: int64
             * @description Its processes and threads.
             */
            tasks: number;
        };
        /** @description How many organisations of a ring are at a step. */
        RingStep: {
            step: components["schemas"]["RolloutStep"];
            /** Format: int64 */
            organizations: number;
        };
        /** @description One organisation's part of a rollout. */
        RolloutOrganization: {
            /** Format: uuid */
            tenantId: string;
            /** @description Its address below the domain. */
            slug: string;
            name: string;
            /** Format: int32 */
            ring: number;
            step: components["schemas"]["RolloutStep"];
            /** @description Why, in plain words. */
            reason?: string;
            /** Format: date-time */
            since: string;
            /** @description The version before. */
            from: string;
            /** @description What became of its data: `none`, `share` or `migrate`; missing before the check. */
            data?: string;
            /** @description The former version's figures, until it was replaced. */
            old?: components["schemas"]["Measured"];
            /** @description The new version's figures. */
            new?: components["schemas"]["Measured"];
            /** @description Where the gate closes for it. */
            limits: components["schemas"]["GateLimits"];
            /**
             * Format: int32
             * @description Reports of broken front ends.
             */
            beacons: number;
            /** @description The last of them. */
            lastBeacon?: string;
            /** @description What the compatibility run found. */
            differences: components["schemas"]["Difference"][];
            /** @description Recorded requests that both versions were asked. */
            replayed: number;
            /** @description Pages that were rendered in a browser under both versions, where the front end changes. */
            rendering?: components["schemas"]["Rendering"];
            /** @description What the npm registry warned of in the new version's bundle when that was made. */
            advisories?: components["schemas"]["Advisories"];
            /** @description Rows that the version wrote before it was taken back, counted; which ones, its own administrators see. */
            written: components["schemas"]["WrittenCount"][];
            /**
             * Format: int64
             * @description How long requests were held while data was migrated, in ms.
             */
            heldMs?: number;
        };
        /** @description A page of organisations, ring after ring. */
        RolloutOrganizationList: {
            items: components["schemas"]["RolloutOrganization"][];
            nextCursor?: string;
        };
        /**
         * @description What the whole is doing.
         * @enum {string}
         */
        RolloutPhase: "preparing" | "running" | "rolling-back" | "done" | "rolled-back" | "stopped";
        /** @description A ring of a rollout. */
        RolloutRing: {
            /**
             * Format: int32
             * @description 0 is the canaries', the others are waves.
             */
            ring: number;
            /** Format: int64 */
            organizations: number;
            /** @description Only steps at which somebody is. */
            steps: components["schemas"]["RingStep"][];
        };
        /**
         * @description How far one organisation is.
         * @enum {string}
         */
        RolloutStep: "waiting" | "checking" | "switching" | "watching" | "promoted" | "restoring" | "restored" | "refused" | "deferred" | "skipped";
        /**
         * @description Where a package comes from.
         * @enum {string}
         */
        Source: "npm" | "native" | "upload";
        /** @description A plugin's tasks. */
        TaskList: {
            /** @description By name. */
            items: components["schemas"]["PluginTask"][];
        };
        /** @description Which task to run. */
        TaskRequest: {
            /** @description As it is listed. */
            task: string;
        };
        /** @description An organisation's part of a rollout. */
        Upgrade: {
            /**
             * Format: uuid
             * @description The rollout.
             */
            id: string;
            pluginId: string;
            package: string;
            /** @description The version before. */
            from: string;
            /** @description The version that is rolled out. */
            to: string;
            /**
             * @description How far this organisation is: `waiting`, `checking`, `switching`, `watching`, `promoted`, `restoring`, `restored`,
             *     `refused`, `deferred` or `skipped`.
             */
            step: string;
            /** @description Why, in plain words. */
            reason?: string;
            /**
             * Format: date-time
             * @description Since when.
             */
            since: string;
            /** @description The whole: `preparing`, `running`, `rolling-back`, `done`, `rolled-back` or `stopped`. */
            phase: string;
            /**
             * Format: int32
             * @description Reports of broken front ends.
             */
            beacons: number;
            /** @description The former version's figures, until it was replaced. */
            old?: components["schemas"]["Measured"];
            /** @description The new version's figures. */
            new?: components["schemas"]["Measured"];
            /** @description What the compatibility run found. */
            differences: components["schemas"]["Difference"][];
            /** @description Recorded requests that both versions were asked. */
            replayed: number;
            /** @description Pages that were rendered in a browser under both versions, where the front end changes. */
            rendering?: components["schemas"]["Rendering"];
            /** @description Rows that the version wrote before it was taken back: kept for 30 days. */
            written: components["schemas"]["WrittenRows"][];
            /**
             * Format: int64
             * @description How long requests were held while data was migrated, in ms.
             */
            heldMs?: number;
        };
        /** @description A list of upgrades. */
        UpgradeList: {
            /** @description The latest first. */
            items: components["schemas"]["Upgrade"][];
        };
        /** @description What the organisation says about upgrades of a plugin. */
        UpgradePolicy: {
            /** @description `early` comes before `stable`. */
            channel?: components["schemas"]["Channel"];
            /** @description It stays on the version that it has. */
            pinned?: boolean;
            /**
             * Format: date-time
             * @description No upgrade before that; at most a year ahead.
             */
            frozenUntil?: string;
            /** @description Hours of the day in UTC in which an upgrade may hold requests for longer than seconds. */
            quietHours?: components["schemas"]["QuietHours"];
        };
        /** @description How much an organisation may upload. */
        UploadLimits: {
            /**
             * Format: int64
             * @description Bytes of one archive.
             */
            archiveBytes: number;
            /**
             * Format: int64
             * @description Bytes that it may unpack to.
             */
            unpackedBytes: number;
            /** @description Versions together. */
            versions: number;
            /**
             * Format: int64
             * @description Bytes of all archives together.
             */
            bytes: number;
        };
        /** @description The organisation's own plugins. */
        UploadList: {
            /** @description Every version, the latest first. */
            items: components["schemas"]["UploadedVersion"][];
            /** @description Why nothing can be uploaded, where it cannot. */
            refusal?: string;
            /** @description What is possible. */
            limits: components["schemas"]["UploadLimits"];
        };
        /**
         * @description What a version is to the organisation.
         * @enum {string}
         */
        UploadState: "building" | "failed" | "preview" | "publishing" | "published" | "former" | "refused";
        /** @description One version of an organisation's own plugin. */
        UploadedVersion: {
            /** Format: uuid */
            id: string;
            package: string;
            version: string;
            /** @description Under which it is, or would be, installed. */
            pluginId: string;
            /** @description Backstage's word: `backend-plugin`, `frontend-plugin`, or either with `-module`. */
            role: string;
            description?: string;
            state: components["schemas"]["UploadState"];
            /** @description Why it is so, in plain words. */
            message?: string;
            hasBackend: boolean;
            hasFrontend: boolean;
            /** @description What is in its bundle, once that is there. */
            checks?: components["schemas"]["Checks"];
            /**
             * Format: int64
             * @description Length of the archive.
             */
            bytes: number;
            /** @description SHA-256 of the archive as it is kept, in hex. */
            sha256: string;
            uploadedBy: string;
            /** Format: date-time */
            uploadedAt: string;
            /**
             * Format: date-time
             * @description When it was published last.
             */
            publishedAt?: string;
            /** @description Who may look at its preview. */
            previewers: components["schemas"]["Previewer"][];
            /** @description Whether the caller looks at it. */
            previewed: boolean;
            /** @description The preview's own worker, as far as this process knows. */
            worker?: components["schemas"]["Worker"];
        };
        /** @description The versions of one plugin. */
        VersionHistory: {
            /** @description The latest first, at most 200. */
            items: components["schemas"]["RanVersion"][];
        };
        /** @description A worker, or an installation that is not finished. */
        Worker: {
            /** @description How it is. */
            state: components["schemas"]["WorkerState"];
            /** @description What is wrong, in plain words. */
            message?: string;
            /**
             * Format: date-time
             * @description Since when.
             */
            since: string;
            /**
             * Format: int32
             * @description How often it was started again after a failure.
             */
            restarts: number;
            /** @description How far it is separated from the host: `L0` to `L3`. */
            isolationLevel?: string;
        };
        /**
         * @description What people are told about a worker.
         * @enum {string}
         */
        WorkerState: "installing" | "stopped" | "starting" | "ready" | "backing-off" | "failed";
        /** @description Rows of one table that a version wrote before it was taken back. */
        WrittenCount: {
            table: string;
            /**
             * Format: int64
             * @description Inserted or changed.
             */
            rows: number;
            /**
             * Format: int64
             * @description Deleted.
             */
            missing: number;
        };
        /** @description Rows of one table that a version wrote before it was taken back. */
        WrittenRows: {
            /** @description The table. */
            table: string;
            /**
             * Format: int64
             * @description Inserted or changed.
             */
            rows: number;
            /**
             * Format: int64
             * @description In the former data and not in this: deleted by the version or its migrations.
             */
            missing: number;
            /** @description Primary keys, the first thousand. */
            keys: Record<string, unknown>[];
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
    list_available: {
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
                    "application/json": components["schemas"]["AvailableList"];
                };
            };
        };
    };
    report_beacon: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Beacon"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_installed: {
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
                    "application/json": components["schemas"]["InstalledList"];
                };
            };
        };
    };
    install_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InstallRequest"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Installed"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_installed: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
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
                    "application/json": components["schemas"]["Installed"];
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
    remove_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
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
    get_about: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
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
                    "application/json": components["schemas"]["PluginAbout"];
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
    set_config: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfigRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Installed"];
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
    get_config_schema: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
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
                    "application/json": components["schemas"]["PluginConfigSchema"];
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
    get_egress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
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
                    "application/json": components["schemas"]["Egress"];
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
    set_egress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Egress"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Egress"];
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
    get_version_history: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
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
                    "application/json": components["schemas"]["VersionHistory"];
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
    get_logs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
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
                    "application/json": components["schemas"]["Logs"];
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
    restart_worker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
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
    list_plugin_tasks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
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
                    "application/json": components["schemas"]["TaskList"];
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
    run_plugin_task: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskRequest"];
            };
        };
        responses: {
            202: {
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
    get_upgrade_policy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
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
                    "application/json": components["schemas"]["UpgradePolicy"];
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
    set_upgrade_policy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpgradePolicy"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpgradePolicy"];
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
    get_isolation: {
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
                    "application/json": components["schemas"]["Isolation"];
                };
            };
        };
    };
    list_operator_deeds: {
        parameters: {
            query?: {
                /** @description 1 to 500, else 100 */
                limit?: number;
                /** @description From `nextCursor` */
                cursor?: string;
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
                    "application/json": components["schemas"]["OperatorDeedList"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_operator_history: {
        parameters: {
            query?: {
                /** @description This package only */
                package?: string;
                /** @description The organisation at this address only */
                organization?: string;
                /** @description 1 to 500, else 100 */
                limit?: number;
                /** @description From `nextCursor` */
                cursor?: string;
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
                    "application/json": components["schemas"]["OperatorHistory"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_operator_isolation: {
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
                    "application/json": components["schemas"]["Isolation"];
                };
            };
        };
    };
    list_operator_organizations: {
        parameters: {
            query: {
                /** @description The package */
                package: string;
                /** @description This version only */
                version?: string;
                /** @description 1 to 500, else 100 */
                limit?: number;
                /** @description From `nextCursor` */
                cursor?: string;
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
                    "application/json": components["schemas"]["OperatorOrganizationList"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_operator_plugins: {
        parameters: {
            query?: {
                /** @description 1 to 500, else 100 */
                limit?: number;
                /** @description From `nextCursor` */
                cursor?: string;
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
                    "application/json": components["schemas"]["OperatorPluginList"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_operator_rollouts: {
        parameters: {
            query?: {
                /** @description 1 to 500, else 100 */
                limit?: number;
                /** @description From `nextCursor` */
                cursor?: string;
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
                    "application/json": components["schemas"]["OperatorRolloutList"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    start_operator_rollout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOperatorRollout"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BegunRollout"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not on the list */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The package is being rolled out */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_operator_rollout: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorRollout"];
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
    list_rollout_organizations: {
        parameters: {
            query?: {
                /** @description Those at this step only */
                step?: components["schemas"]["RolloutStep"];
                /** @description 1 to 500, else 100 */
                limit?: number;
                /** @description From `nextCursor` */
                cursor?: string;
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
                    "application/json": components["schemas"]["RolloutOrganizationList"];
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
    get_rollout_picture: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                tenant_id: string;
                /** @description As the report names it */
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture, `image/jpeg` */
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
    revert_operator_rollout: {
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
            202: {
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
    stop_operator_rollout: {
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
            202: {
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
            /** @description It has ended */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_operator_workers: {
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
                    "application/json": components["schemas"]["OperatorWorkerList"];
                };
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
                    "application/json": components["schemas"]["PluginPermissions"][];
                };
            };
        };
    };
    list_previews: {
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
                    "application/json": components["schemas"]["PreviewList"];
                };
            };
        };
    };
    set_preview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The upload */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreviewSwitch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreviewList"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_remote_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                digest: string;
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            304: {
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
    list_upgrades: {
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
                    "application/json": components["schemas"]["UpgradeList"];
                };
            };
        };
    };
    get_upgrade: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upgrade"];
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
    list_uploads: {
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
                    "application/json": components["schemas"]["UploadList"];
                };
            };
        };
    };
    upload_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The archive (.tgz) */
        requestBody: {
            content: {
                "application/gzip": string;
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadedVersion"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not permitted here */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The version is there already, or there is no room */
            409: {
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
    get_upload: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadedVersion"];
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
    delete_upload: {
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
            /** @description It is in use */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_upload_logs: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Logs"];
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
    set_previewers: {
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
                "application/json": components["schemas"]["PreviewMembers"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadedVersion"];
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
    publish_upload: {
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
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadedVersion"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    call_plugin_root_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The organisation has no such plugin */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The plugin's worker cannot answer; the message says why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    call_plugin_root_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The organisation has no such plugin */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The plugin's worker cannot answer; the message says why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    call_plugin_root_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The organisation has no such plugin */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The plugin's worker cannot answer; the message says why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    call_plugin_root_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The organisation has no such plugin */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The plugin's worker cannot answer; the message says why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    call_plugin_root_options: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The organisation has no such plugin */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The plugin's worker cannot answer; the message says why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    call_plugin_root_head: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The organisation has no such plugin */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The plugin's worker cannot answer; the message says why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    call_plugin_root_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The organisation has no such plugin */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The plugin's worker cannot answer; the message says why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    call_plugin_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The organisation has no such plugin */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The plugin's worker cannot answer; the message says why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    call_plugin_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The organisation has no such plugin */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The plugin's worker cannot answer; the message says why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    call_plugin_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The organisation has no such plugin */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The plugin's worker cannot answer; the message says why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    call_plugin_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The organisation has no such plugin */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The plugin's worker cannot answer; the message says why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    call_plugin_options: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The organisation has no such plugin */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The plugin's worker cannot answer; the message says why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    call_plugin_head: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The organisation has no such plugin */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The plugin's worker cannot answer; the message says why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    call_plugin_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plugin_id: string;
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The organisation has no such plugin */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The plugin's worker cannot answer; the message says why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
