// Generated from openapi/catalog.json by `npm run generate`. Do not edit.
export interface paths {
    "/api/catalog/.well-known/backstage/permissions/apply-conditions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Whether conditions hold for entities. What the caller may not read is answered like what is not there: `DENY`.
         * @description Permission: `catalog.entity.read`.
         */
        post: operations["apply_conditions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/.well-known/backstage/permissions/metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The catalog's permissions, and the rules that conditions on entities are made of.
         * @description Permission: `catalog.entity.read`.
         */
        get: operations["get_permission_metadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
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
    "/api/catalog/v1/deleted-entities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Entities that were deleted lately and are not there again.
         * @description Permission: `catalog.entity.read`.
         */
        get: operations["list_deleted_entities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/deleted-entities/{kind}/{namespace}/{name}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Brings a deleted entity back, as an entity that is managed here until its source emits it again.
         * @description Permission: `catalog.entity.create`.
         */
        post: operations["restore_entity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/entities/{kind}/{namespace}/{name}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened to an entity, newest first; also to one that was deleted.
         * @description Permission: `catalog.entity.read`.
         */
        get: operations["get_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/entities/{kind}/{namespace}/{name}/overlay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was added to an entity.
         * @description Permission: `catalog.entity.read`.
         */
        get: operations["get_overlay"];
        /**
         * Adds links, tags, labels and annotations to an entity, in place of what was added before. What the entity's own text
         *     says stays. Adding nothing deletes the overlay.
         * @description Permission: `catalog.entity.create`.
         */
        put: operations["put_overlay"];
        post?: never;
        /**
         * Takes everything off again that was added to an entity.
         * @description Permission: `catalog.entity.create`.
         */
        delete: operations["delete_overlay"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/entities/{kind}/{namespace}/{name}/provenance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who gave an entity each of its fields.
         * @description Permission: `catalog.entity.read`.
         */
        get: operations["get_provenance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/entities/{kind}/{namespace}/{name}/source": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The document of an entity as its file has it now, and the entity as it was processed last.
         * @description Permission: `catalog.entity.read`.
         */
        get: operations["get_entity_source"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/kinds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The kinds that the catalog knows: built-in ones, those of the organisation's own, and others that it accepts.
         * @description Permission: `catalog.entity.read`.
         */
        get: operations["list_kinds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/kinds/{kind}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Defines a kind, or changes one. Everything is read again, so that entities of this kind are judged anew.
         * @description Permission: `tenant.update`.
         */
        put: operations["set_kind"];
        post?: never;
        /**
         * Removes a kind. Entities of it stay as they are until their files are read; files that still have them fail.
         * @description Permission: `tenant.update`.
         */
        delete: operations["delete_kind"];
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
         * One location, with its files, its entities and its problems.
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
    "/api/catalog/v1/providers/{name}/mutations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replaces what a provider provides (`full`), or adds to it and removes from it (`delta`).
         * @description An entity that is not valid fails alone, and what it was before stays. An entity that others claim is left to them. A
         *     removal of more than the guard allows waits for approval, the rest of the mutation does not.
         *
         *     Permission: `catalog.entity.create`.
         */
        post: operations["mutate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/removals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The removals that wait for approval.
         * @description Permission: `catalog.entity.delete`.
         */
        get: operations["list_removals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/removals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One removal that waits for approval.
         * @description Permission: `catalog.entity.delete`.
         */
        get: operations["get_removal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/removals/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lets the entities go that their source still does not list.
         * @description Permission: `catalog.entity.delete`.
         */
        post: operations["approve_removal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/removals/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Keeps the entities until their source lists them again, or lets go of more.
         * @description Permission: `catalog.entity.delete`.
         */
        post: operations["reject_removal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/sets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The sets, by name.
         * @description Permission: `catalog.entity.read`.
         */
        get: operations["list_sets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/sets/{set}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The entities of a set, as they were put.
         * @description Permission: `catalog.entity.read`.
         */
        get: operations["get_set"];
        /**
         * Makes these the entities of a set: new ones are created, changed ones updated, all others of the set deleted.
         * @description Permission: `catalog.entity.create`.
         */
        put: operations["put_set"];
        post?: never;
        /**
         * Deletes a set and its entities.
         * @description Permission: `catalog.entity.delete`.
         */
        delete: operations["delete_set"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/sets/{set}/entities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Creates or changes one entity of a set.
         * @description Permission: `catalog.entity.create`.
         */
        put: operations["put_set_entity"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/sets/{set}/entities/{kind}/{namespace}/{name}": {
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
         * Deletes one entity of a set.
         * @description Permission: `catalog.entity.delete`.
         */
        delete: operations["delete_set_entity"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The settings of the catalog.
         * @description Permission: `catalog.entity.read`.
         */
        get: operations["get_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Changes settings of the catalog. Whoever stops keeping orphans removes those there are.
         * @description Permission: `tenant.update`.
         */
        patch: operations["change_settings"];
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
        /** @description What approving did. */
        ApprovedRemoval: {
            /** @description How many entities went. */
            removed: number;
        };
        /** @description What an organisation decided about its catalog. */
        CatalogSettings: {
            /** @description What becomes of an entity that its file does not list any more: `delete` or `keep`. */
            orphanStrategy: string;
            /** @description When removals wait for approval. */
            removalGuard: components["schemas"]["GuardSetting"];
            /**
             * Format: int32
             * @description For how many days earlier versions of entities are kept.
             */
            historyDays: number;
            /**
             * Format: int32
             * @description For how many days a deleted entity can be brought back.
             */
            undeleteDays: number;
            /** @description The kinds that it accepts beside those of its own. */
            allowedKinds: string[];
        };
        /** @description Why the catalog changed. */
        ChangeCause: {
            /** @description What set it off. */
            kind: components["schemas"]["ChangeCauseKind"];
            /** @description The Location entity that was read. */
            location?: string;
            /** @description The provider that sent it. */
            provider?: string;
            /** @description The commit that was read, where the source host says. */
            commit?: string;
            /** @description Who asked for it. */
            actor?: string;
        };
        /**
         * @description What set a change off.
         * @enum {string}
         */
        ChangeCauseKind: "location" | "provider" | "person" | "platform";
        /**
         * @description What happened to an entity.
         * @enum {string}
         */
        ChangeType: "created" | "changed" | "relations" | "deleted" | "restored";
        /** @description What is different at one path. */
        ChangedField: {
            /** @description For example `spec.owner`, `metadata.annotations["a.io/b"]`, `relations.ownedBy`. */
            path: string;
            /** @description What happened there. */
            op: components["schemas"]["FieldChange"];
            /** @description The value before. */
            before?: unknown;
            /** @description The value after. */
            after?: unknown;
            /** @description Whether a long text was cut down to the lines around what differs. */
            excerpt?: boolean;
        };
        /** @description An entity that somebody else has. */
        ClaimedEntity: {
            /** @description Its key. */
            entityRef: string;
            /** @description The location key that claims it; empty when its source named none. */
            claimedBy: string;
        };
        /**
         * @description The namespace of a reference that names none.
         * @enum {string}
         */
        DefaultNamespace: "inherit" | "default";
        /** @description A page of deleted entities, latest first. */
        DeletedEntities: {
            /** @description What can be restored. */
            items: components["schemas"]["DeletedEntity"][];
            /** @description Give it as `cursor` for the next page. A page may be short although there is one. */
            nextCursor?: string;
        };
        /** @description An entity that was deleted and can be restored. */
        DeletedEntity: {
            /** @description Its reference. */
            entityRef: string;
            /** @description Its title, if it had one. */
            title?: string;
            /** @description When it was deleted. */
            deletedAt: string;
            /** @description Why. */
            cause: components["schemas"]["ChangeCause"];
            /** @description Until when it can be restored. */
            restorableUntil: string;
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
        /** @description A set of entities that people wrote here, as they wrote them. */
        EntitySet: {
            /** @description Its name. */
            set: string;
            /** @description Its entities, by key. */
            entities: components["schemas"]["Entity"][];
        };
        /** @description All entities of a set. */
        EntitySetInput: {
            /** @description What the set has from now on. */
            entities: components["schemas"]["Entity"][];
        };
        /** @description Where an entity comes from, and what became of it. */
        EntitySource: {
            /** @description `url:https://…`, as the entity's annotation has it. */
            location: string;
            /** @description The address of the file. */
            url?: string;
            /** @description The line of the file where the document begins, counted from 1. */
            line?: number;
            /** @description The text of the document as the file has it now; none when it cannot be read or does not hold the entity. */
            raw?: string;
            /** @description The entity as it was processed last, without relations, status, uid and etag; none when it never passed. */
            processed?: Record<string, unknown>;
            /** @description RFC 3339: when the file was taken over last. */
            readAt?: string;
            /** @description Why it failed last, or why the file cannot be read now. */
            problem?: components["schemas"]["Trouble"];
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
        /** @description An entity that was not taken. */
        FailedEntity: {
            /** @description Its key. */
            entityRef: string;
            /** @description The class of the error. */
            name: string;
            /** @description What is wrong with it. */
            message: string;
        };
        /**
         * @description What happened to one field.
         * @enum {string}
         */
        FieldChange: "add" | "remove" | "replace";
        /** @description One field and who gave it. */
        FieldOrigin: {
            /** @description JSON pointer into the entity. */
            path: string;
            /** @description Who gave it. */
            source: components["schemas"]["Origin"];
        };
        /**
         * @description How reading one file went.
         * @enum {string}
         */
        FileState: "pending" | "done" | "missing" | "failed";
        /** @description When removals wait: beyond both. */
        GuardSetting: {
            /**
             * Format: int32
             * @description Share of what the source had; with 100, nothing ever waits.
             */
            percent: number;
            /**
             * Format: int32
             * @description Number of entities.
             */
            entities: number;
        };
        /** @description A removal that waits, in short. */
        HeldNote: {
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: int64
             * @description How many entities the source had.
             */
            total: number;
            /**
             * Format: int64
             * @description How many of them would go.
             */
            removing: number;
            /**
             * Format: double
             * @description Of the total.
             */
            percent: number;
        };
        /** @description A removal that waits for somebody to approve or reject it. */
        HeldRemoval: {
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description Who lets go of the entities. */
            source: components["schemas"]["RemovalSource"];
            /** @description RFC 3339. */
            heldAt: string;
            /**
             * Format: int64
             * @description How many entities the source had.
             */
            total: number;
            /**
             * Format: int64
             * @description How many of them would go.
             */
            removing: number;
            /**
             * Format: double
             * @description Of the total.
             */
            percent: number;
            /** @description The first 200 that would go, with what only they bring. */
            entityRefs: string[];
        };
        /** @description The removals that wait. */
        HeldRemovals: {
            /** @description Oldest first. */
            items: components["schemas"]["HeldRemoval"][];
        };
        /** @description A page of a history, newest first. */
        History: {
            /** @description What happened. */
            items: components["schemas"]["HistoryItem"][];
            /** @description Give it as `cursor` for what was before. A page may be short although there is one. */
            nextCursor?: string;
        };
        /** @description One change of an entity. */
        HistoryItem: {
            /**
             * Format: int64
             * @description Number of the change; grows with time.
             */
            version: number;
            /** @description Give it as `asOf` to see the entity as it was from then on. */
            changedAt: string;
            /** @description Why it changed. */
            cause: components["schemas"]["ChangeCause"];
            /** @description What happened. */
            change: components["schemas"]["ChangeType"];
            /** @description What is different, path by path; empty when it was created, deleted or restored. */
            diff: components["schemas"]["ChangedField"][];
            /** @description How many differences were left out. */
            moreDifferences?: number;
        };
        /** @description A kind of entity. */
        Kind: {
            /** @description For example `Component`. */
            kind: string;
            /** @description Whether it comes with the platform; such a kind cannot be changed. */
            builtIn: boolean;
            /** @description Whether the catalog accepts entities of this kind. */
            allowed: boolean;
            /** @description For people. */
            title?: string;
            /** @description Accepted values of `apiVersion`; any when it is missing. */
            apiVersions?: string[];
            /** @description JSON schema of the entity; kinds of the organisation's own have one. */
            schema?: Record<string, unknown>;
            /** @description Fields that name other entities. */
            relations?: components["schemas"]["KindRelation"][];
        };
        /** @description What a kind is to be. */
        KindInput: {
            /** @description For people. */
            title?: string | null;
            /** @description Accepted values of `apiVersion`; any when it is missing or empty. */
            apiVersions?: string[] | null;
            /**
             * @description JSON schema of the whole entity, without references to elsewhere (but for `Entity`, which is allowed and stands
             *     for what every entity must be).
             */
            schema: Record<string, unknown>;
            /** @description Fields that name other entities, and the relations that come of them. */
            relations?: components["schemas"]["KindRelation"][] | null;
        };
        /** @description All kinds. */
        KindList: {
            /** @description Built-in ones, those of the organisation's own, and others that it accepts; each group by name. */
            items: components["schemas"]["Kind"][];
        };
        /** @description A relation rule as it is stored and sent. */
        KindRelation: {
            /** @description Dotted path below `spec`, such as `spec.owner`; lists on the way are gone through. */
            field: string;
            /** @description The relation of the entity itself, such as `ownedBy`. */
            type: string;
            /** @description The relation of the entity that is named, such as `ownerOf`. */
            reverse: string;
            /** @description The kind of a reference that names none. */
            defaultKind?: string;
            /** @description The only kind that may be named; also that of a reference that names none. */
            targetKind?: string;
            /** @description The namespace of a reference that names none. */
            defaultNamespace?: components["schemas"]["DefaultNamespace"];
            /** @description Whether the field may hold a list. */
            multiple?: boolean;
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
        /** @description A mutation: `full` with `entities`, or `delta` with `added` and `removed`. */
        MutationInput: {
            /** @description `full` or `delta`. */
            type: string;
            /** @description All that the provider has; only with `full`. At most 20,000. */
            entities?: components["schemas"]["ProvidedEntity"][];
            /** @description New and changed ones; only with `delta`. */
            added?: components["schemas"]["ProvidedEntity"][];
            /** @description Those that are gone; only with `delta`. */
            removed?: components["schemas"]["RemovedEntity"][];
        };
        /** @description What a mutation did. */
        MutationResult: {
            /** @description Entities that were written, or failed anew. */
            changed: number;
            /** @description Entities that are gone. */
            removed: number;
            /** @description Entities that others claim. */
            conflictCount: number;
            /** @description The first hundred of them. */
            conflicts: components["schemas"]["ClaimedEntity"][];
            /** @description Entities that were not taken. */
            failedCount: number;
            /** @description The first hundred of them. */
            failed: components["schemas"]["FailedEntity"][];
            /** @description The removal that waits for approval, if this provider has one. */
            held?: components["schemas"]["HeldNote"];
        };
        /** @description Who gave an entity a field. */
        Origin: {
            /** @description What it comes from. */
            kind: components["schemas"]["OriginKind"];
            /** @description The file or what stands for one, `url:https://…`. */
            location?: string;
            /** @description Who wrote it, where a person did. */
            actor?: string;
            /** @description When they did, RFC 3339. */
            changedAt?: string;
        };
        /**
         * @description What a field comes from.
         * @enum {string}
         */
        OriginKind: "file" | "provider" | "set" | "overlay" | "platform";
        /** @description What people add to an entity that somebody else describes. */
        OverlayInput: {
            /** @description By name. */
            annotations?: {
                [key: string]: string;
            };
            /** @description By name. */
            labels?: {
                [key: string]: string;
            };
            /** @description Tags. */
            tags?: string[];
            /** @description Links. */
            links?: components["schemas"]["OverlayLink"][];
        };
        /** @description A link beside an entity's own. */
        OverlayLink: {
            /** @description Its address. */
            url: string;
            /** @description What to show for it. */
            title?: string;
            /** @description The name of an icon. */
            icon?: string;
            /** @description What kind of page it is. */
            type?: string;
        };
        /** @description Where to go from this page. */
        PageInfo: {
            /** @description Opaque; give it as `cursor` for the next page. */
            nextCursor?: string;
            /** @description Opaque; give it as `cursor` for the page before. */
            prevCursor?: string;
        };
        /** @description A host that is left alone after failures. */
        PausedHost: {
            /** @description Name, and port where addresses have one. */
            host: string;
            /** @description RFC 3339. */
            until: string;
            /** @description How it failed. */
            message: string;
        };
        /** @description How reading a location goes, and what it brought. */
        Progress: components["schemas"]["LocationStatus"] & {
            /** @description What it names, by address. */
            files: components["schemas"]["ProgressFile"][];
            /** @description Hosts of these files that are left alone now. */
            pausedHosts: components["schemas"]["PausedHost"][];
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
        /** @description A file, or a pattern that finds files, that a location names. */
        ProgressFile: {
            /** @description Its address. */
            url: string;
            /** @description The pattern that found it; a pattern names itself. */
            pattern?: string;
            /** @description How reading it went. */
            state: components["schemas"]["FileState"];
            /** @description RFC 3339. */
            lastReadAt?: string;
            /** @description RFC 3339: when it was found to be different from what it was before. */
            lastChangedAt?: string;
            /**
             * Format: int32
             * @description How many entities it lists.
             */
            entities: number;
            /** @description What is wrong with it, or with what it lists. */
            problems: components["schemas"]["Trouble"][];
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
        /** @description Who gave an entity each of its fields. */
        Provenance: {
            /** @description In the order of the document. */
            fields: components["schemas"]["FieldOrigin"][];
        };
        /** @description An entity of a provider. */
        ProvidedEntity: {
            /** @description The entity. */
            entity: components["schemas"]["Entity"];
            /** @description Where it is, in the provider's words. The first key to claim an entity keeps it. */
            locationKey?: string;
        };
        /** @description What became of pushed documents. */
        Pushed: {
            /** @description Documents that can be found now. */
            stored: number;
            /** @description Documents of entities that there are not. */
            skipped: number;
        };
        /** @description Which entity to read again. */
        RefreshInput: {
            /** @description `kind:namespace/name`. */
            entityRef: string;
        };
        /** @description Which files to read again. */
        RefreshKeys: {
            /** @description Addresses of files, or of files that placeholders name. */
            keys: string[];
        };
        /** @description What is going to be read again. */
        RefreshedKeys: {
            /** @description How many Location entities. */
            units: number;
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
        /** @description Who lets go of entities. */
        RemovalSource: {
            /** @description What it is. */
            kind: components["schemas"]["SourceKind"];
            /** @description The provider's name, or the address of a location. */
            name: string;
            /**
             * Format: uuid
             * @description The id of the registered location that it goes back to.
             */
            location?: string;
        };
        /** @description An entity that is gone: its reference, or itself. */
        RemovedEntity: {
            /** @description `kind:namespace/name`. */
            entityRef?: string;
            /** @description In place of the reference. */
            entity?: components["schemas"]["Entity"];
        };
        /** @description Which entity was restored. */
        RestoredEntity: {
            /** @description Its reference. */
            entityRef: string;
        };
        /** @description One entity of a set. */
        SetEntityInput: {
            /** @description The entity, new or changed. */
            entity: components["schemas"]["Entity"];
        };
        /** @description The sets of entities that people wrote here. */
        SetList: {
            /** @description By name. */
            items: components["schemas"]["SetSummary"][];
        };
        /** @description A set in a list. */
        SetSummary: {
            /** @description Its name. */
            set: string;
            /**
             * Format: int64
             * @description How many entities it has.
             */
            entityCount: number;
        };
        /** @description What to change of the settings; what is left out stays. */
        SettingsChange: {
            /** @description `delete` or `keep`. */
            orphanStrategy?: string;
            /** @description When removals wait for approval. */
            removalGuard?: components["schemas"]["GuardSetting"];
            /**
             * Format: int32
             * @description 1 to 3650.
             */
            historyDays?: number;
            /**
             * Format: int32
             * @description 0 to 365.
             */
            undeleteDays?: number;
            /** @description The kinds to accept beside those of one's own. */
            allowedKinds?: string[];
        };
        /**
         * @description What kind of source lets go of entities.
         * @enum {string}
         */
        SourceKind: "location" | "provider" | "set";
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
        /** @description An entity that was written. */
        WrittenEntity: {
            /** @description Its key. */
            entityRef: string;
        };
        /** @description What was added to an entity, by whom and when. */
        WrittenOverlay: {
            /** @description By name. */
            annotations: {
                [key: string]: string;
            };
            /** @description By name. */
            labels: {
                [key: string]: string;
            };
            /** @description Tags. */
            tags: string[];
            /** @description Links. */
            links: components["schemas"]["OverlayLink"][];
            /** @description Who wrote it. */
            actor: string;
            /** @description RFC 3339. */
            changedAt: string;
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
    apply_conditions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description `{items: [{id, resourceRef, resourceType, conditions}]}`; `resourceRef` is one ref or several */
        requestBody: {
            content: {
                "application/json": Record<string, unknown>;
            };
        };
        responses: {
            /** @description `{items: [{id, result}]}`, `ALLOW` or `DENY` for each ref */
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
    get_permission_metadata: {
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
                /** @description The catalog as it was at this moment (RFC 3339) */
                asOf?: string;
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
            query?: {
                /** @description The entity as it was at this moment (RFC 3339) */
                asOf?: string;
            };
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
                /** @description The catalog as it was at this moment (RFC 3339) */
                asOf?: string;
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
        /** @description `{query?, fields?, orderBy?: [{field, order}], fullTextFilter?: {term, fields?}, limit?, offset?, cursor?, totalItems?, asOf?}` */
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
                /** @description The entities as they were at this moment (RFC 3339) */
                asOf?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description `{entityRefs, fields?, query?, asOf?}` */
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
            query?: {
                /** @description The entity as it was at this moment (RFC 3339) */
                asOf?: string;
            };
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
                /** @description The catalog as it was at this moment (RFC 3339) */
                asOf?: string;
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
        /** @description `{facets, query?, asOf?}` */
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
    list_deleted_entities: {
        parameters: {
            query?: {
                /** @description Entities on a page, 50 by default, at most 500 */
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
                    "application/json": components["schemas"]["DeletedEntities"];
                };
            };
        };
    };
    restore_entity: {
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
                    "application/json": components["schemas"]["RestoredEntity"];
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
    get_history: {
        parameters: {
            query?: {
                /** @description Changes on a page, 20 by default, at most 200 */
                limit?: number;
                /** @description From `nextCursor` */
                cursor?: string;
            };
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
                    "application/json": components["schemas"]["History"];
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
    get_overlay: {
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
                    "application/json": components["schemas"]["WrittenOverlay"];
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
    put_overlay: {
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
        requestBody: {
            content: {
                "application/json": components["schemas"]["OverlayInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WrittenOverlay"];
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
    delete_overlay: {
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
    get_provenance: {
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
                    "application/json": components["schemas"]["Provenance"];
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
    get_entity_source: {
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
                    "application/json": components["schemas"]["EntitySource"];
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
    list_kinds: {
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
                    "application/json": components["schemas"]["KindList"];
                };
            };
        };
    };
    set_kind: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                kind: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KindInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Kind"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Kind"];
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
    delete_kind: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                kind: string;
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
    mutate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description letters, digits and `._:@/-` */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MutationInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MutationResult"];
                };
            };
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
    list_removals: {
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
                    "application/json": components["schemas"]["HeldRemovals"];
                };
            };
        };
    };
    get_removal: {
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
                    "application/json": components["schemas"]["HeldRemoval"];
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
    approve_removal: {
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
                    "application/json": components["schemas"]["ApprovedRemoval"];
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
    reject_removal: {
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
    list_sets: {
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
                    "application/json": components["schemas"]["SetList"];
                };
            };
        };
    };
    get_set: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                set: string;
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
                    "application/json": components["schemas"]["EntitySet"];
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
    put_set: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `[a-z0-9-]{1,63}` */
                set: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EntitySetInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntitySet"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            403: {
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
    delete_set: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                set: string;
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
    put_set_entity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `[a-z0-9-]{1,63}` */
                set: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetEntityInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WrittenEntity"];
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
    delete_set_entity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                set: string;
                kind: string;
                namespace: string;
                name: string;
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
    get_settings: {
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
                    "application/json": components["schemas"]["CatalogSettings"];
                };
            };
        };
    };
    change_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingsChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CatalogSettings"];
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
