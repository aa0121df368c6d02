// Generated from openapi/catalog.json by `npm run generate`. Do not edit.
export interface paths {
    "/api/catalog/analyze-location": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Suggests an entity for an address whose files cannot be listed. Lists none until source hosts can be asked.
         * @description Permission: `catalog.location.analyze`.
         */
        post: operations["analyze_location"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/entities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Entities that match a filter, as an array.
         * @description Permission: `catalog.entity.read`.
         */
        get: operations["list_entities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/entities/by-name/{kind}/{namespace}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One entity, by kind, namespace and name in any letter case.
         * @description Permission: `catalog.entity.read`.
         */
        get: operations["get_entity_by_name"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/entities/by-name/{kind}/{namespace}/{name}/ancestry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An entity, the entity that emitted it, and so on up to what was registered.
         * @description Permission: `catalog.entity.read`.
         */
        get: operations["get_entity_ancestry"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/entities/by-query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A page of entities that match a filter.
         * @description Permission: `catalog.entity.read`.
         */
        get: operations["query_entities"];
        put?: never;
        /**
         * A page of entities that match a predicate.
         * @description Permission: `catalog.entity.read`.
         */
        post: operations["query_entities_by_body"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/entities/by-refs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Many entities by reference, in the order asked for; null where there is none.
         * @description References are compared as they are stored, in lower case and in full: `component:default/orders`.
         *
         *     Permission: `catalog.entity.read`.
         */
        post: operations["get_entities_by_refs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/entities/by-uid/{uid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One entity, by uid.
         * @description Permission: `catalog.entity.read`.
         */
        get: operations["get_entity_by_uid"];
        put?: never;
        post?: never;
        /**
         * Removes one entity. It comes back, with another uid, when the file that lists it is read again.
         * @description Permission: `catalog.entity.delete`.
         */
        delete: operations["delete_entity_by_uid"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/entity-facets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How many of the matching entities have which value.
         * @description Permission: `catalog.entity.read`.
         */
        get: operations["get_entity_facets"];
        put?: never;
        /**
         * How many of the entities that match a predicate have which value.
         * @description Permission: `catalog.entity.read`.
         */
        post: operations["query_entity_facets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/locations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All registered locations.
         * @description Permission: `catalog.location.read`.
         */
        get: operations["list_locations"];
        put?: never;
        /**
         * Registers a location, or says what registering it would bring.
         * @description Permission: `catalog.location.create`.
         */
        post: operations["create_location"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/locations/by-entity/{kind}/{namespace}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The registered location that an entity goes back to.
         * @description Permission: `catalog.location.read`.
         */
        get: operations["get_location_by_entity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/locations/by-query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Locations that match a predicate on `id`, `type`, `target` and `entityRef`.
         * @description Permission: `catalog.location.read`.
         */
        post: operations["query_locations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/locations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One location.
         * @description Permission: `catalog.location.read`.
         */
        get: operations["get_location"];
        /**
         * Points a location at another address. What the old one brought and the new one does not is removed.
         * @description Permission: `catalog.location.create`.
         */
        put: operations["move_location"];
        post?: never;
        /**
         * Removes a location and what it brought, except what others bring too.
         * @description Permission: `catalog.location.delete`.
         */
        delete: operations["delete_location"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: operations["get_openapi_document"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes the files due that an entity comes from. Files that did not change cost one conditional request each.
         * @description Permission: `catalog.entity.refresh`.
         */
        post: operations["refresh_entity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/locations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every location, with the number of its entities and its problems.
         * @description Permission: `catalog.location.read`.
         */
        get: operations["list_progress"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/locations/{id}/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One location, with its entities and its problems.
         * @description Permission: `catalog.location.read`.
         */
        get: operations["get_progress"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/validate-entity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Processes an entity as if a location emitted it, and forgets it. 400 with the errors when it is not taken.
         * @description Permission: `catalog.entity.create`.
         */
        post: operations["validate_entity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/search/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Documents that contain every word of the term, best first.
         * @description Permission: `catalog.entity.read`.
         */
        get: operations["search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An entity and what it comes from. */
        Ancestry: {
            /** @description The entity asked for. */
            rootEntityRef: string;
            /** @description It and all it comes from. */
            items: components["schemas"]["AncestryItem"][];
        };
        /** @description One entity of an ancestry. */
        AncestryItem: {
            /** @description The entity. */
            entity: components["schemas"]["Entity"];
            /** @description Who emitted it. */
            parentEntityRefs: string[];
        };
        /** @description Entities in the order of the references asked for. */
        EntitiesByRefs: {
            /** @description Null where there is no such entity. */
            items: (components["schemas"]["Entity"] | null)[];
        };
        /** @description An entity: a descriptor with uid, etag, relations and, after a failure, status. */
        Entity: Record<string, unknown>;
        /** @description One page of entities. */
        EntityPage: {
            /** @description Entities, or what `fields` leaves of them. */
            items: components["schemas"]["Entity"][];
            /**
             * Format: int64
             * @description Entities on all pages.
             */
            totalItems: number;
            /** @description Cursors. */
            pageInfo: components["schemas"]["PageInfo"];
        };
        /** @description One value of a facet. */
        FacetValue: {
            /** @description As written in the entities. */
            value: string;
            /**
             * Format: int64
             * @description How many entities have it.
             */
            count: number;
        };
        /** @description Values by facet. */
        Facets: {
            /** @description By the name asked for. */
            facets: {
                [key: string]: components["schemas"]["FacetValue"][];
            };
        };
        /** @description A registered location. */
        Location: {
            /** @description Its id. */
            id: string;
            /** @description `url`. */
            type: string;
            /** @description For example `https://host/catalog-info.yaml`. */
            target: string;
            /** @description The Location entity that stands for it. */
            entityRef: string;
        };
        /** @description What to register. */
        LocationInput: {
            /** @description `url`. */
            type: string;
            /** @description The address of a descriptor file. */
            target: string;
        };
        /** @description A location in a list. */
        LocationItem: {
            /** @description The location. */
            data: components["schemas"]["Location"];
        };
        /** @description One page of locations. */
        LocationPage: {
            /** @description Locations. */
            items: components["schemas"]["Location"][];
            /**
             * Format: int64
             * @description Locations on all pages.
             */
            totalItems: number;
            /** @description Cursors. */
            pageInfo: components["schemas"]["PageInfo"];
        };
        /** @description How reading a location goes. */
        LocationStatus: {
            /** @description Which location. */
            location: components["schemas"]["ProgressLocation"];
            /** @description How far it is. */
            state: components["schemas"]["ProgressState"];
            /** @description RFC 3339. */
            lastReadAt?: string;
            /** @description RFC 3339. */
            nextReadAt?: string;
            /** @description What went wrong. */
            problems: components["schemas"]["Trouble"][];
        };
        /** @description Where to go from this page. */
        PageInfo: {
            /** @description Opaque; give it as `cursor` for the next page. */
            nextCursor?: string;
            /** @description Opaque; give it as `cursor` for the page before. */
            prevCursor?: string;
        };
        /** @description How reading a location goes, and what it brought. */
        Progress: components["schemas"]["LocationStatus"] & {
            /** @description Without the location's own. */
            entities: components["schemas"]["ProgressEntity"][];
        };
        /** @description An entity below a location. */
        ProgressEntity: {
            /** @description Its key. */
            entityRef: string;
            /** @description Its kind. */
            kind: string;
            /** @description Its title. */
            title?: string;
        };
        /** @description Every location with its progress. */
        ProgressList: {
            /** @description Oldest first. */
            items: components["schemas"]["ProgressSummary"][];
        };
        /** @description A location as progress shows it. */
        ProgressLocation: {
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description `url`. */
            type: string;
            /** @description Its address. */
            target: string;
        };
        /**
         * @description How far reading a location is.
         * @enum {string}
         */
        ProgressState: "pending" | "reading" | "done" | "failed";
        /** @description How reading a location goes, in a list. */
        ProgressSummary: components["schemas"]["LocationStatus"] & {
            /** @description How many entities it brought, its own not counted. */
            entityCount: number;
        };
        /** @description Which entity to read again. */
        RefreshInput: {
            /** @description `kind:namespace/name`. */
            entityRef: string;
        };
        /** @description The answer to a registration. */
        Registered: {
            /** @description Only in a dry run: whether it is registered already. */
            exists?: boolean;
            /** @description The location. */
            location: components["schemas"]["Location"];
            /** @description Only in a dry run: the entities that it would bring. */
            entities: Record<string, unknown>[];
        };
        /** @description Something that went wrong below a location. */
        Trouble: {
            /** @description What, in one sentence. */
            message: string;
            /** @description Which entity it concerns. */
            entityRef?: string;
            /** @description The line in the file. */
            line?: number;
            /** @description The file. */
            url?: string;
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
    analyze_location: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description `{location: {type, target}, catalogFilename?}` */
        requestBody: {
            content: {
                "application/json": Record<string, unknown>;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
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
    list_entities: {
        parameters: {
            query?: {
                /** @description `key=value,key2`: AND at commas, OR between repetitions */
                filter?: string[];
                /** @description Paths to keep */
                fields?: string[];
                /** @description `asc:path` or `desc:path` */
                order?: string[];
                limit?: number;
                offset?: number;
                /** @description From the `Link` header */
                after?: string;
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
                    "application/json": components["schemas"]["Entity"][];
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
    get_entity_by_name: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                kind: string;
                namespace: string;
                name: string;
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
                    "application/json": components["schemas"]["Entity"];
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
    get_entity_ancestry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                kind: string;
                namespace: string;
                name: string;
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
                    "application/json": components["schemas"]["Ancestry"];
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
    query_entities: {
        parameters: {
            query?: {
                /** @description `key=value,key2`: AND at commas, OR between repetitions */
                filter?: string[];
                /** @description Paths to keep */
                fields?: string[];
                /** @description `path,asc` or `path,desc`; only the first counts */
                orderField?: string[];
                /** @description Text to find inside values */
                fullTextFilterTerm?: string;
                /** @description Paths whose values are looked at */
                fullTextFilterFields?: string[];
                /** @description Entities on a page, 200 by default */
                limit?: number;
                /** @description Entities to skip before the first page */
                offset?: number;
                /** @description From `pageInfo`; all but `fields` and `limit` is in it */
                cursor?: string;
                /** @description `include` or `exclude` */
                totalItems?: string;
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
                    "application/json": components["schemas"]["EntityPage"];
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
    query_entities_by_body: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description `{query?, fields?, orderBy?: [{field, order}], fullTextFilter?: {term, fields?}, limit?, offset?, cursor?, totalItems?}` */
        requestBody?: {
            content: {
                "application/json": Record<string, unknown> | null;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntityPage"];
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
    get_entities_by_refs: {
        parameters: {
            query?: {
                /** @description Only entities that match; null for all others */
                filter?: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description `{entityRefs, fields?, query?}` */
        requestBody: {
            content: {
                "application/json": Record<string, unknown>;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntitiesByRefs"];
                };
            };
        };
    };
    get_entity_by_uid: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                uid: string;
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
                    "application/json": components["schemas"]["Entity"];
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
    delete_entity_by_uid: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                uid: string;
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
        };
    };
    get_entity_facets: {
        parameters: {
            query: {
                /** @description Paths */
                facet: string[];
                /** @description `key=value,key2`: AND at commas, OR between repetitions */
                filter?: string[];
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
                    "application/json": components["schemas"]["Facets"];
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
    query_entity_facets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description `{facets, query?}` */
        requestBody: {
            content: {
                "application/json": Record<string, unknown>;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Facets"];
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
    list_locations: {
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
                    "application/json": components["schemas"]["LocationItem"][];
                };
            };
        };
    };
    create_location: {
        parameters: {
            query?: {
                /** @description `true`: reads the files and registers nothing */
                dryRun?: string;
                /** @description `reject` (default) or `refresh` what is registered already */
                onConflict?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LocationInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Registered"];
                };
            };
            400: {
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
    get_location_by_entity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                kind: string;
                namespace: string;
                name: string;
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
                    "application/json": components["schemas"]["Location"];
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
    query_locations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description `{query?, limit?, cursor?}` */
        requestBody: {
            content: {
                "application/json": Record<string, unknown>;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LocationPage"];
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
    get_location: {
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
                    "application/json": components["schemas"]["Location"];
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
    move_location: {
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
                "application/json": components["schemas"]["LocationInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Location"];
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
    delete_location: {
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
    get_openapi_document: {
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
                    "application/json": Record<string, unknown>;
                };
            };
        };
    };
    refresh_entity: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshInput"];
            };
        };
        responses: {
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
    list_progress: {
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
                    "application/json": components["schemas"]["ProgressList"];
                };
            };
        };
    };
    get_progress: {
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
                    "application/json": components["schemas"]["Progress"];
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
    validate_entity: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description `{entity, location}`; the location is `url:https://…` */
        requestBody: {
            content: {
                "application/json": Record<string, unknown>;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `{errors: [{name, message}]}` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    search: {
        parameters: {
            query?: {
                /** @description Words; the last letters of each may be missing */
                term?: string;
                /** @description Document types */
                types?: string[];
                /** @description `filters[kind]=Component`: fields of the document and the values one of which they must have */
                filters?: Record<string, unknown>;
                /** @description Results on a page, 25 by default, at most 100 */
                pageLimit?: number;
                /** @description From the page before or after */
                pageCursor?: string;
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
                    "application/json": Record<string, unknown>;
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
}
