// Generated from openapi/plugins.json by `npm run generate`. Do not edit.
export interface paths {
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
        /** @description A new configuration. */
        ConfigRequest: {
            /** @description Part of Backstage's configuration tree; replaces the old one. */
            config: Record<string, unknown>;
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
        /**
         * @description How far a package is.
         * @enum {string}
         */
        PackageState: "installing" | "installed" | "failed";
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
        /**
         * @description Where a package comes from.
         * @enum {string}
         */
        Source: "npm" | "native";
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
            /** @description How far it is separated from the host. */
            isolationLevel: string;
        };
        /**
         * @description What people are told about a worker.
         * @enum {string}
         */
        WorkerState: "installing" | "stopped" | "starting" | "ready" | "backing-off" | "failed";
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
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
