// Generated from openapi/plugins.json by `npm run generate`. Do not edit.
export interface paths {
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
    "/api/plugins/v1/installed/{plugin_id}/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Replaces a plugin's configuration. Its worker starts again with the next request.
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
    "/api/plugins/v1/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The permissions that the organisation's plugins ask about, for whoever writes a policy.
         * @description Permission: `plugin.read`.
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
        /** @description A report that a plugin's front end broke in a browser. */
        Beacon: {
            /** @description Which plugin. */
            pluginId: string;
            /** @description The remote's digest, as its address has it; absent: whichever is loaded now. */
            digest?: string | null;
            /** @description What was thrown. */
            message: string;
        };
        /**
         * @description When upgrades come.
         * @enum {string}
         */
        Channel: "stable" | "early";
        /** @description A new configuration. */
        ConfigRequest: {
            /** @description Part of Backstage's configuration tree; replaces the old one. */
            config: Record<string, unknown>;
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
        /**
         * @description How far a package is.
         * @enum {string}
         */
        PackageState: "installing" | "installed" | "failed";
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
            /**
             * @description Below the organisation's origin.
             * @default
             */
            path: string;
            /**
             * @description `start` (the portal's first page), `page`, `entity-content` (a tab) or `entity-card`.
             * @default
             */
            kind: string;
            /**
             * @description What breaks with the new version alone.
             * @default []
             */
            broken: string[];
            /**
             * @description What else is new: errors in the console, a page that is gone.
             * @default []
             */
            noted: string[];
        };
        /** @description Pages rendered in a browser before an upgrade. */
        Rendering: {
            /**
             * @description Why pages were not rendered; absent: they were.
             * @default null
             */
            notRendered: string;
            /**
             * @description The browser.
             * @default null
             */
            browser: string;
            /**
             * @description Which back end answered the new version's pages: `new`, `present` or `none`.
             * @default null
             */
            backEnd: string;
            /**
             * @description The pages, those that break first.
             * @default []
             */
            pages: components["schemas"]["RenderedPage"][];
        };
        /**
         * @description Where a package comes from.
         * @enum {string}
         */
        Source: "npm" | "native";
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
