// Made by scripts/generate.mjs from contract/openapi.json. Do not edit.

export interface paths {
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process serves requests. Does not touch the database. */
        get: {
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
                        "application/json": components["schemas"]["Health"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage-service/info": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who we are and whether set-up is done. */
        get: {
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
                        "application/json": components["schemas"]["ServiceInfo"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Leads to the panel. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                307: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/management.html": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The panel. */
        get: {
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
                        "text/html": string;
                    };
                };
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: {
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
                        "application/json": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The session of this browser. */
        get: {
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
                        "application/json": components["schemas"]["SessionView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Exchanges the admin key for a session cookie (`HttpOnly`, `SameSite=Strict`). */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LoginRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        /** @description the session */
                        "Set-Cookie"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SessionView"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Ends the session of this browser. */
        delete: {
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
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The browsers that are logged in. */
        get: {
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
                        "application/json": components["schemas"]["SessionList"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Signs every browser out but the one that asks. */
        delete: {
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
                        "application/json": components["schemas"]["SessionsEnded"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Signs one browser out. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description public name of the session */
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
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the operator wants to see things. */
        get: {
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
                        "application/json": components["schemas"]["Preferences"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Saves all of them; a member that is absent goes back to "as the browser says". */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Preferences"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Preferences"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/storage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sizes on disk. */
        get: {
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
                        "application/json": components["schemas"]["StorageDocument"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which settings a flag, the environment or the configuration file sets. */
        get: {
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
                        "application/json": components["schemas"]["GivenSettings"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/diagnostics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A report for finding faults, as a file. It contains no secret. */
        get: {
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
                        "application/json": components["schemas"]["DiagnosticsDocument"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the manager is doing and how far it can be trusted. */
        get: {
            parameters: {
                query?: {
                    /** @description `database-maintenance` answers only that member. */
                    scope?: string;
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
                        "application/json": components["schemas"]["StatusDocument"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gaps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Periods in which records may be missing. */
        get: {
            parameters: {
                query?: {
                    /** @description Most gaps to answer, 1 to 1000 (default 100). */
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
                        "application/json": components["schemas"]["GapList"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Queue items that could not become events. */
        get: {
            parameters: {
                query?: {
                    /** @description Answer rows with a smaller id. */
                    before_id?: number;
                    /** @description Most rows to answer, 1 to 500 (default 50). */
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
                        "application/json": components["schemas"]["DeadLetterList"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/collector/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tries again after a refused key or a ban. Our own limit of failed attempts still holds. */
        post: {
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
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                428: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Connects a gateway: checks it, saves it, starts collecting. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SetupRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SetupAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                502: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage-service/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The configuration in force, with a live look at the gateway's queue. */
        get: {
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
                        "application/json": components["schemas"]["ConfigAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Changes the configuration; absent members stay as they are. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ConfigUpdate"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ConfigAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                502: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connection/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tries a connection without saving anything. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ConnectionTestRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ConnectionTestAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A page of events, newest first, with filters.
         * @description A page may hold fewer events than asked for while `next_cursor` is set: a search stops after a moment and goes on
         *     from there.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Most events to answer, 1 to 500 (default 100). */
                    limit?: number;
                    /** @description Answer events older than this cursor (`next_cursor` of a page). */
                    before?: string;
                    /** @description Answer events newer than this cursor (`prev_cursor` of a page). */
                    after?: string;
                    /** @description From this time on, Unix milliseconds. */
                    from_ms?: number;
                    /** @description Before this time, Unix milliseconds. */
                    to_ms?: number;
                    /** @description Display, requested or resolved model; may be repeated. */
                    model?: string[];
                    /** @description Provider; may be repeated. */
                    provider?: string[];
                    /** @description Account name, credential label or masked source; may be repeated. */
                    account?: string[];
                    /** @description Handle of a credential; may be repeated. */
                    auth_index?: string[];
                    /** @description SHA-256 of a client API key; may be repeated. */
                    api_key_hash?: string[];
                    /** @description Endpoint or path; may be repeated. */
                    endpoint?: string[];
                    /** @description `ok` or `failed`. */
                    status?: string;
                    /** @description Upstream status code; may be repeated. */
                    status_code?: number[];
                    /** @description The gateway's request id. */
                    request_id?: string;
                    /** @description Text that must occur in a model, provider, credential, endpoint, client field, key hash or request id. */
                    search?: string;
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
                        "application/json": components["schemas"]["EventPage"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One event with every stored field, and the other attempts of its request. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description row id */
                    id: number;
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
                        "application/json": components["schemas"]["EventAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/facets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Values that filters can take, over the newest 50,000 events. */
        get: {
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
                        "application/json": components["schemas"]["FacetAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * New events and status changes, as server-sent events.
         * @description `event: events` carries [`LiveEvents`] and the last row id as its id; `event: status` carries [`LiveStatus`].
         *     Read it with `fetch`. A comment comes every 15 seconds.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Go on after this row id; the header `Last-Event-ID` does the same and wins. Without either: new events only. */
                    after_id?: number;
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
                        "text/event-stream": components["schemas"]["LiveMessage"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v0/management/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest events by endpoint and model, as older panels and scripts read them. */
        get: {
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
                        "application/json": components["schemas"]["UsageDocument"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v0/management/usage/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every stored event as one JSON object per line, oldest first. Events stored during the export are not part of it. */
        get: {
            parameters: {
                query?: {
                    /** @description Export only the newest events, by time; everything when absent. */
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
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v0/management/usage/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Imports a file: our own export, the reference's exports, queue dumps, legacy snapshots. At most 64 MiB. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/x-ndjson": string;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImportResult"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImportFailure"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImportFailure"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v0/management/usage/import-sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Opens a chunked import, or finds the one with the same resume key. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ImportSessionRequest"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImportSession"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                507: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v0/management/usage/import-sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The state of a chunked import. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description 32 hexadecimal digits */
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
                        "application/json": components["schemas"]["ImportSession"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Cancels a chunked import. 202 while it still runs. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description 32 hexadecimal digits */
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
                        "application/json": components["schemas"]["ImportSession"];
                    };
                };
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImportSession"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v0/management/usage/import-sessions/{id}/chunk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Appends a chunk. */
        put: {
            parameters: {
                query: {
                    /** @description Where the chunk starts, bytes; equals `received_bytes`. */
                    offset: string;
                };
                header?: never;
                path: {
                    /** @description 32 hexadecimal digits */
                    id: string;
                };
                cookie?: never;
            };
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
                        "application/json": components["schemas"]["ImportSession"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v0/management/usage/import-sessions/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Starts importing a fully uploaded file. 200 when it was imported already. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description 32 hexadecimal digits */
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
                        "application/json": components["schemas"]["ImportSession"];
                    };
                };
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImportSession"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v0/management/account-action-candidates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Accounts that need a person. Empty in this version. */
        get: {
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
                        "application/json": components["schemas"]["EmptyCandidates"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v0/management/codex-inspection/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Inspection runs. Empty in this version. */
        get: {
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
                        "application/json": components["schemas"]["EmptyItems"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v0/management/quota-snapshots/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Quota history. Empty in this version. */
        post: {
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
                        "application/json": components["schemas"]["EmptyQuotaSnapshots"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage-service/quota-cooldowns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Paused accounts. Empty in this version. */
        get: {
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
                        "application/json": components["schemas"]["EmptyItems"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage-service/account-processing-policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The account processing policy. Everything is off in this version. */
        get: {
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
                        "application/json": components["schemas"]["AccountProcessingPolicy"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Not available in this version. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v0/management/model-prices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Model prices. Empty in this version. */
        get: {
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
                        "application/json": components["schemas"]["EmptyPrices"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v0/management/api-key-aliases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Names of client keys. Empty in this version. */
        get: {
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
                        "application/json": components["schemas"]["EmptyItems"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/client-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The client keys that the gateway accepts, as hashes; read now. */
        get: {
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
                        "application/json": components["schemas"]["ClientKeyList"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                428: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                502: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The models that the gateway offers its clients; read now, with the gateway's first client key. */
        get: {
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
                        "application/json": components["schemas"]["GatewayModelList"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                428: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                502: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                504: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The gateway's model list. The gateway checks the caller's client key; the manager adds none. */
        get: {
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
                        "application/json": string;
                    };
                };
                428: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                502: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The gateway's model list. */
        get: {
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
                        "application/json": string;
                    };
                };
                428: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                502: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The gateway's model list. */
        get: {
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
                        "application/json": string;
                    };
                };
                428: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                502: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The gateway's model list. */
        get: {
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
                        "application/json": string;
                    };
                };
                428: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                502: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
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
        /** @description Answer of `GET /usage-service/account-processing-policy`. */
        AccountProcessingPolicy: {
            /** @description Always `startup`. */
            source: string;
            /** @description Pausing accounts whose quota is used up. */
            codexQuotaCooldown: components["schemas"]["Capability"];
            /** @description Collecting accounts that need a person. */
            authIssueQueue: components["schemas"]["Capability"];
            /** @description Disabling such accounts. */
            authIssueAutoDisable: components["schemas"]["Capability"];
        };
        /** @description One switch of the account processing policy. */
        Capability: {
            /** @description Effective state. */
            enabled: boolean;
            /** @description Own switch. */
            configured: boolean;
            /** @description `startup`, `env` or `database`. */
            source: string;
            /** @description Fixed by the environment. */
            locked: boolean;
            /** @description Environment variable. */
            envKey: string;
            /** @description Member of `config.json`. */
            configFileKey: string;
            /** @description Switch that must be on as well. */
            dependsOn?: string | null;
        };
        /** @description The last checkpoint of the write-ahead log. */
        CheckpointDocument: {
            /** @description `pending`, `passive` or `truncate`. */
            mode: string;
            /**
             * Format: int64
             * @description 1 if a reader kept it from finishing.
             */
            busy: number;
            /**
             * Format: int64
             * @description Frames in the log.
             */
            logFrames: number;
            /**
             * Format: int64
             * @description Frames moved into the database.
             */
            checkpointedFrames: number;
            /**
             * Format: int64
             * @description When, Unix milliseconds; 0 = not yet.
             */
            executedAtMs: number;
            /**
             * Format: int64
             * @description How long it took, milliseconds.
             */
            durationMs: number;
        };
        /** @description A client key that the gateway accepts, without the key. */
        ClientKey: {
            /** @description SHA-256 of the key, lower-case hex: the name under which its requests are stored. */
            api_key_hash: string;
            /**
             * @description The key with its middle left out.
             * @example sk-…9f2c
             */
            masked: string;
        };
        /** @description Answer of `GET /api/v1/client-keys`. */
        ClientKeyList: {
            /** @description In the gateway's order. */
            items: components["schemas"]["ClientKey"][];
        };
        /** @description Settings of the collector. */
        CollectorConfig: {
            /**
             * @description Collect requests.
             * @default null
             */
            enabled?: boolean | null;
            /**
             * @description `auto`, `subscribe`, `http` or `resp`.
             * @default null
             */
            collectorMode?: string | null;
            /**
             * @description Queue name.
             * @default null
             */
            queue?: string | null;
            /**
             * @description `left` or `right`.
             * @default null
             */
            popSide?: string | null;
            /**
             * Format: int64
             * @description Records per batch.
             * @default null
             */
            batchSize?: number | null;
            /**
             * Format: int64
             * @description Idle poll interval, milliseconds.
             * @default null
             */
            pollIntervalMs?: number | null;
            /**
             * Format: int64
             * @description Most recent events returned by the compatible usage document.
             * @default null
             */
            queryLimit?: number | null;
            /**
             * @description Accept any certificate of the gateway.
             * @default null
             */
            tlsSkipVerify?: boolean | null;
        };
        /** @description The collector's part of `/status`. */
        CollectorDocument: {
            /** @description `stopped`, `starting`, `running` or `error`. */
            collector: string;
            /** @description Finer state: `stopped`, `starting`, `running`, `error`, `key_refused`, `banned`. */
            state: string;
            /** @description Gateway address. */
            upstream: string;
            /** @description Configured mode: `auto`, `subscribe`, `http` or `resp`. */
            mode: string;
            /** @description Transport in use or being tried; empty when none. */
            transport: string;
            /** @description Queue name. */
            queue: string;
            /**
             * Format: int64
             * @description When an item was last taken from the gateway, Unix milliseconds; 0 = never.
             */
            lastConsumedAt: number;
            /**
             * Format: int64
             * @description When an event was last stored, Unix milliseconds; 0 = never.
             */
            lastInsertedAt: number;
            /**
             * Format: int64
             * @description Events stored since the process started.
             */
            totalInserted: number;
            /**
             * Format: int64
             * @description Duplicates since the process started.
             */
            totalSkipped: number;
            /**
             * Format: int64
             * @description Rows in the dead-letter table.
             */
            deadLetters: number;
            /** @description `<stage>: text` of the last error, empty when there is none. */
            lastError: string;
            lastErrorDetail?: components["schemas"]["CollectorErrorDocument"] | null;
            /**
             * Format: int64
             * @description Connected since, Unix milliseconds.
             */
            connectedSince?: number | null;
            /**
             * Format: int64
             * @description Last record received, Unix milliseconds.
             */
            lastRecordReceivedAt?: number | null;
            /**
             * Format: int64
             * @description Last durable commit, Unix milliseconds.
             */
            lastCommitAt?: number | null;
            /**
             * Format: int64
             * @description Everything that the gateway published up to here is stored, Unix milliseconds; null when unknown.
             */
            completeUntil?: number | null;
            /** @description What waits in memory. */
            queueDepths: components["schemas"]["QueueDepthsDocument"];
            /** @description Counts since the process started. */
            counters: components["schemas"]["CountersDocument"];
            gateway?: components["schemas"]["GatewayDocument"] | null;
            rivalSuspected?: components["schemas"]["RivalDocument"] | null;
        };
        /** @description A collector error in parts. */
        CollectorErrorDocument: {
            /** @description `connect`, `auth`, `subscribe`, `http`, `consume` or `store`. */
            stage: string;
            /** @description Stable code, listed in the troubleshooting page. */
            code: string;
            /** @description What happened. */
            text: string;
            /** @description What to do next. */
            hint: string;
            /**
             * Format: int64
             * @description When, Unix milliseconds.
             */
            atMs: number;
        };
        /** @description Answer of `GET` and `PUT /usage-service/config`. */
        ConfigAnswer: {
            /** @description The configuration in force. */
            config: components["schemas"]["ManagerConfig"];
            /** @description `env` when the environment gives the connection, `db` when the database does, else empty. */
            source: string;
            cpaUsage?: components["schemas"]["CpaUsage"] | null;
            /** @description Members that the environment, a flag or the configuration file fixes, as dotted paths. */
            locked: string[];
        };
        /** @description Body of `PUT /usage-service/config`. */
        ConfigUpdate: {
            /**
             * @description What to change; absent members stay as they are.
             * @default {}
             */
            config?: components["schemas"]["ManagerConfig"];
        };
        /** @description One line of a connection test. */
        ConnectionCheck: {
            /** @description `http`, `key`, `version`, `publishing`, `retention` or `resp`. */
            name: string;
            /** @description `ok`, `warn`, `failed` or `skipped`. */
            state: string;
            /** @description Stable code of what was found, listed in the troubleshooting page. */
            code?: string | null;
            /** @description What was found. */
            text: string;
            /** @description What to do next. */
            hint?: string | null;
        };
        /**
         * @description Whether the saved gateway connection can be used.
         * @enum {string}
         */
        ConnectionState: "ok" | "not_configured" | "reentry_required";
        /** @description Answer of `POST /api/v1/connection/test`. */
        ConnectionTestAnswer: {
            /** @description Whether records can be collected over this connection. */
            ok: boolean;
            /** @description What was tested, in order. */
            checks: components["schemas"]["ConnectionCheck"][];
            gateway?: components["schemas"]["GatewayDocument"] | null;
        };
        /** @description Body of `POST /api/v1/connection/test`. */
        ConnectionTestRequest: {
            /**
             * @description Address to test; the saved one when absent.
             * @default null
             */
            cpa_base_url?: string | null;
            /**
             * @description Key to test; the saved one when absent or the placeholder (only for the saved address).
             * @default null
             */
            cpa_management_key?: string | null;
            /**
             * @description Accept any certificate of the gateway.
             * @default null
             */
            tls_skip_verify?: boolean | null;
        };
        /** @description Counts since the process started. */
        CountersDocument: {
            /**
             * Format: int64
             * @description Items read from the gateway.
             */
            received: number;
            /**
             * Format: int64
             * @description Events stored.
             */
            stored: number;
            /**
             * Format: int64
             * @description Events seen before.
             */
            duplicate: number;
            /**
             * Format: int64
             * @description Items that could not become events.
             */
            dead: number;
            /**
             * Format: int64
             * @description Items known or estimated to be lost.
             */
            lostEstimate: number;
            /**
             * Format: int64
             * @description Connections made after the first.
             */
            reconnects: number;
        };
        /** @description The gateway's address and key. */
        CpaConnection: {
            /**
             * @description Address.
             * @default null
             */
            cpaBaseUrl?: string | null;
            /**
             * @description Answers carry a placeholder (`********`) when a key is saved; the placeholder in a request means "unchanged".
             * @default null
             */
            managementKey?: string | null;
        };
        /** @description The gateway's queue settings, read live. */
        CpaUsage: {
            /** @description Whether usage is published. */
            usageStatisticsEnabled: boolean;
            /**
             * Format: int64
             * @description How long records are kept, seconds.
             */
            redisUsageQueueRetentionSeconds: number;
            /** @description The gateway did not say; 60 is assumed. */
            retentionSourceDefault: boolean;
        };
        /** @description Kept for scripts written for the reference. */
        DataMigrationDocument: {
            /** @description Always `usage_cache_accounting_v2`. */
            name: string;
            /** @description Always `completed`: this server has no offline migrations. */
            status: string;
            /**
             * Format: int64
             * @description Always 0.
             */
            lastEventId: number;
            /**
             * Format: int64
             * @description Always 0.
             */
            targetEventId: number;
            /**
             * Format: int64
             * @description Always 0.
             */
            processedRows: number;
            /**
             * Format: int64
             * @description Always 0.
             */
            changedRows: number;
            /**
             * Format: int64
             * @description Always 0.
             */
            appliedRows: number;
            /**
             * Format: int64
             * @description Always 0.
             */
            updatedAtMs: number;
        };
        /** @description Data retention that the provider promises. */
        DataPolicyView: {
            /** @description Retention mode. */
            retention_mode?: string | null;
            /** @description Zero retention. */
            zero_retention?: string | null;
        };
        /** @description The database file and its health. */
        DatabaseDocument: {
            /** @description `ok`, `checking`, `disk_full`, `read_only`, `corrupt`, `busy`, `io_error`, `failing` or `closed`. */
            state: string;
            /** @description The state in words. */
            stateText: string;
            /** @description What to do; empty when all is well. */
            remedy: string;
            /**
             * Format: int64
             * @description Database file, bytes.
             */
            databaseBytes: number;
            /**
             * Format: int64
             * @description Write-ahead log, bytes.
             */
            walBytes: number;
            /**
             * Format: int64
             * @description Shared memory file, bytes.
             */
            shmBytes: number;
            /**
             * Format: int64
             * @description All three, bytes.
             */
            totalBytes: number;
            /**
             * Format: int64
             * @description The log is kept below this, bytes.
             */
            journalSizeLimitBytes: number;
            /** @description The last checkpoint. */
            checkpoint: components["schemas"]["CheckpointDocument"];
        };
        /** @description Kept for scripts written for the reference. */
        DatabaseMaintenanceDocument: {
            /** @description Always false: there is no offline repair step. */
            required: boolean;
            /** @description Always false. */
            performanceDegraded: boolean;
            /**
             * Format: int64
             * @description Always 0.
             */
            deferredIndexes: number;
            /**
             * Format: int64
             * @description Always 0.
             */
            offlineJobs: number;
            /** @description Always empty. */
            reasons: string[];
        };
        /** @description A page of dead letters. */
        DeadLetterList: {
            /** @description Newest first. */
            items: components["schemas"]["DeadLetterView"][];
            /**
             * Format: int64
             * @description All that ever came, also those that are no longer kept.
             */
            total: number;
        };
        /** @description A queue item that could not become an event. */
        DeadLetterView: {
            /**
             * Format: int64
             * @description Row id.
             */
            id: number;
            /**
             * Format: int64
             * @description When it was received, Unix milliseconds.
             */
            created_at_ms: number;
            /** @description Why it was refused. */
            error: string;
            /** @description The redacted beginning of the item. */
            payload: string;
            /**
             * Format: int64
             * @description The length of the whole item, bytes.
             */
            payload_bytes: number;
        };
        /** @description Answer of `GET /api/v1/diagnostics`: what helps to find a fault, and no secret. */
        DiagnosticsDocument: {
            /**
             * Format: int64
             * @description When it was made, Unix milliseconds.
             */
            generated_at_ms: number;
            /** @description Operating system. */
            os: string;
            /** @description Processor architecture. */
            arch: string;
            /** @description Whether the panel is part of this program. */
            panel_embedded: boolean;
            /** @description Who we are and whether set-up is done. */
            info: components["schemas"]["ServiceInfo"];
            /** @description What the manager is doing. */
            status: components["schemas"]["StatusDocument"];
            /** @description The configuration in force; keys are placeholders. */
            config: components["schemas"]["ManagerConfig"];
            /** @description Settings that are set outside the database, without values. */
            settings: components["schemas"]["GivenSetting"][];
            /** @description Sizes on disk. */
            storage: components["schemas"]["StorageDocument"];
            /** @description Periods in which records may be missing, newest first, at most 1000. */
            gaps: components["schemas"]["GapDocument"][];
        };
        /** @description Answer of `GET /v0/management/account-action-candidates`. */
        EmptyCandidates: {
            /** @description Always empty. */
            items: string[];
            /**
             * Format: int64
             * @description Always 0.
             */
            pendingCount: number;
        };
        /** @description A list that has no entries in this version. */
        EmptyItems: {
            /** @description Always empty. */
            items: string[];
        };
        /** @description Answer of `GET /v0/management/model-prices`. */
        EmptyPrices: {
            /** @description Always empty. */
            prices: components["schemas"]["NoPrices"];
        };
        /** @description Answer of `POST /v0/management/quota-snapshots/query`. */
        EmptyQuotaSnapshots: {
            /**
             * Format: int64
             * @description When the answer was made, Unix milliseconds.
             */
            generated_at_ms: number;
            /** @description Always empty. */
            items: string[];
        };
        /** @description The body of every error that the manager itself answers. */
        ErrorBody: {
            /** @description What went wrong, for people. Never contains a secret. */
            error: string;
            /**
             * @description A stable code for programs.
             * @example invalid_admin_key
             */
            code: string;
            /** @description A finer code below `code`, for example which refusal of the gateway; listed in the troubleshooting page. */
            reason?: string | null;
            /** @description What to do next, where there is something to do. */
            hint?: string | null;
            /**
             * Format: int64
             * @description Seconds to wait before the next attempt.
             */
            retry_after_seconds?: number | null;
        };
        /** @description Errors that the headers name. */
        ErrorsView: {
            /** @description `auth`, `identity` or `rate_limit`. */
            kind?: string | null;
            /** @description The provider's code. */
            code?: string | null;
            /** @description Authorization error. */
            authorization_error?: string | null;
            /** @description IDE error code. */
            ide_error_code?: string | null;
            /** @description Root IDE error code. */
            ide_root_error_code?: string | null;
            /** @description Rate-limit bypass. */
            rate_limit_bypass?: string | null;
            /** @description Whether the provider asks for a retry. */
            should_retry?: string | null;
            /**
             * Format: int64
             * @description Seconds of `Retry-After`.
             */
            retry_after_seconds?: number | null;
            /**
             * Format: int64
             * @description End of `Retry-After`, Unix milliseconds.
             */
            retry_after_recover_at_ms?: number | null;
        };
        /** @description Answer of `GET /api/v1/events/{id}`. */
        EventAnswer: {
            /** @description The event. */
            event: components["schemas"]["EventDetail"];
            /** @description Other attempts of the same request id, oldest first, at most 50. */
            attempts: components["schemas"]["EventRow"][];
        };
        /** @description One event with every stored field. */
        EventDetail: components["schemas"]["EventRow"] & {
            /** @description Address of the client as the gateway saw it. */
            client_ip?: string | null;
            /** @description The client's `X-Forwarded-For`. */
            x_forwarded_for?: string | null;
            /** @description The client's user agent. */
            user_agent?: string | null;
            /** @description The whole redacted failure text. */
            fail_body?: string | null;
            token_breakdown?: components["schemas"]["TokenBreakdownView"] | null;
            /** @description Facts of the answer's headers. */
            response_metadata: components["schemas"]["ResponseMetadata"];
        };
        /** @description Answer of `GET /api/v1/events`. */
        EventPage: {
            /** @description Newest first. */
            items: components["schemas"]["EventRow"][];
            /** @description Pass as `before` for older events; null at the end. */
            next_cursor?: string | null;
            /** @description Pass as `after` for newer events; null when the page is empty. */
            prev_cursor?: string | null;
            /**
             * Format: int64
             * @description The newest row id when the page was read; the live stream goes on from here.
             */
            latest_id: number;
        };
        /** @description One event as a list shows it. */
        EventRow: {
            /**
             * Format: int64
             * @description Row id; grows in the order of storing.
             */
            id: number;
            /** @description The gateway's request id, shared by the attempts of one request. */
            request_id?: string | null;
            /** @description Identity, 64 hexadecimal digits. */
            event_hash: string;
            /**
             * Format: int64
             * @description Start of the attempt, Unix milliseconds.
             */
            timestamp_ms: number;
            /** @description Start of the attempt, RFC 3339 UTC with the gateway's nanoseconds. */
            timestamp: string;
            /** @description `reported`, `assumed` (no time in the record) or `implausible`. */
            time_quality: string;
            /** @description Provider. */
            provider?: string | null;
            /** @description The gateway's executor. */
            executor_type?: string | null;
            /** @description Display model. */
            model: string;
            /** @description Model that analytics group by. */
            analytics_model: string;
            /** @description What the client asked for. */
            requested_model?: string | null;
            /** @description What the provider was asked for. */
            resolved_model?: string | null;
            /** @description Method and route pattern. */
            endpoint: string;
            /** @description HTTP method. */
            method?: string | null;
            /** @description Route pattern. */
            path?: string | null;
            /** @description `apikey`, `oauth` or `unknown`. */
            auth_type?: string | null;
            /** @description The gateway's handle of the credential. */
            auth_index?: string | null;
            /** @description Masked upstream account or key. */
            source?: string | null;
            /** @description SHA-256 of the unmasked source. */
            source_hash?: string | null;
            /** @description SHA-256 of the client's API key. */
            api_key_hash?: string | null;
            /** @description Account when the event was collected. */
            account_snapshot?: string | null;
            /** @description Credential label when the event was collected. */
            auth_label_snapshot?: string | null;
            /** @description Auth file when the event was collected. */
            auth_file_snapshot?: string | null;
            /** @description Credential provider when the event was collected. */
            auth_provider_snapshot?: string | null;
            /** @description Project when the event was collected. */
            auth_project_id_snapshot?: string | null;
            /**
             * Format: int64
             * @description When the snapshot was taken, Unix milliseconds.
             */
            auth_snapshot_at_ms?: number | null;
            /** @description Reasoning effort. */
            reasoning_effort?: string | null;
            /** @description Effective service tier. */
            service_tier?: string | null;
            /** @description Requested service tier. */
            request_service_tier?: string | null;
            /** @description Service tier that the provider reported. */
            response_service_tier?: string | null;
            /** @description `included_in_input` or `separate_from_input`. */
            cache_input_mode: string;
            /**
             * Format: int64
             * @description Input tokens as sent.
             */
            input_tokens: number;
            /**
             * Format: int64
             * @description Output tokens as sent.
             */
            output_tokens: number;
            /**
             * Format: int64
             * @description Reasoning tokens as sent.
             */
            reasoning_tokens: number;
            /**
             * Format: int64
             * @description The gateway's `cached_tokens`.
             */
            cached_tokens: number;
            /**
             * Format: int64
             * @description The older `cache_tokens`.
             */
            cache_tokens: number;
            /**
             * Format: int64
             * @description Tokens read from the provider's cache.
             */
            cache_read_tokens: number;
            /**
             * Format: int64
             * @description Tokens written to the provider's cache.
             */
            cache_creation_tokens: number;
            /**
             * Format: int64
             * @description Total as sent, or derived.
             */
            total_tokens: number;
            /** @description The input side in buckets that do not overlap. */
            normalised: components["schemas"]["NormalisedTokens"];
            /** @description False for warm-ups that generate nothing. */
            generate: boolean;
            /**
             * Format: int64
             * @description Attempt start to end of body, milliseconds.
             */
            latency_ms?: number | null;
            /**
             * Format: int64
             * @description Time to the first byte, milliseconds; 0 = unknown to the gateway.
             */
            ttft_ms?: number | null;
            /** @description Whether the attempt failed. */
            failed: boolean;
            /**
             * Format: int64
             * @description Upstream status.
             */
            fail_status_code?: number | null;
            /** @description Redacted failure text, cut at 4096 bytes. */
            fail_summary?: string | null;
            /**
             * Format: int64
             * @description When the most used quota window recovers, Unix milliseconds.
             */
            header_quota_recover_at_ms?: number | null;
            /**
             * Format: double
             * @description Use of the most used quota window, percent.
             */
            header_quota_used_percent?: number | null;
            /** @description Plan name. */
            header_quota_plan_type?: string | null;
            /** @description `auth`, `identity` or `rate_limit`. */
            header_error_kind?: string | null;
            /** @description The provider's error code. */
            header_error_code?: string | null;
            /** @description First trace id. */
            header_trace_id?: string | null;
            /**
             * Format: int64
             * @description When it was stored first, Unix milliseconds.
             */
            created_at_ms: number;
        };
        /** @description Always disabled; kept for panels of the reference. */
        ExternalUsageService: {
            /**
             * @description Always false.
             * @default false
             */
            enabled?: boolean;
            /**
             * @description Always absent.
             * @default null
             */
            serviceBase?: string | null;
        };
        /** @description Values that filters can take, most frequent first, at most 200 of each kind. */
        FacetAnswer: {
            /** @description Display models. */
            models: components["schemas"]["FacetValue"][];
            /** @description Providers. */
            providers: components["schemas"]["FacetValue"][];
            /** @description Account names, credential labels or masked sources. */
            accounts: components["schemas"]["FacetValue"][];
            /** @description SHA-256 of client API keys. */
            api_keys: components["schemas"]["FacetValue"][];
            /** @description Upstream status codes. */
            status_codes: components["schemas"]["FacetValue"][];
            /**
             * Format: int64
             * @description Events that were looked at: the newest ones.
             */
            events: number;
            /** @description Whether there are more events than were looked at. */
            sampled: boolean;
        };
        /** @description A value that a filter can take. */
        FacetValue: {
            /** @description The value. */
            value: string;
            /**
             * Format: int64
             * @description Events that have it, among those that were looked at.
             */
            count: number;
        };
        /** @description A period in which records may be missing. */
        GapDocument: {
            /**
             * Format: int64
             * @description Row id.
             */
            id: number;
            /** @description `stopped`, `disconnected`, `half_open`, `cut_off`, `reply_lost` or `intake_full`. */
            kind: string;
            /**
             * Format: int64
             * @description Begin, Unix milliseconds.
             */
            fromMs: number;
            /**
             * Format: int64
             * @description End, Unix milliseconds; null while it lasts.
             */
            toMs?: number | null;
            /**
             * Format: int64
             * @description The gateway's retention at the time, seconds, if known.
             */
            retentionSeconds?: number | null;
            /** @description What happened. */
            detail: string;
            /**
             * Format: int64
             * @description Records known or estimated to be lost, if that can be said.
             */
            lostEstimate?: number | null;
            /** @description Whether records may be missing (a covered gap lost nothing). */
            lossy: boolean;
        };
        /** @description A page of gaps. */
        GapList: {
            /** @description Newest first. */
            items: components["schemas"]["GapDocument"][];
        };
        /** @description What the gateway said of itself. */
        GatewayDocument: {
            /** @description Version text; `dev` for own builds. */
            version?: string | null;
            /**
             * Format: int64
             * @description How long the gateway keeps records, seconds.
             */
            retentionSeconds?: number | null;
            /** @description Whether it publishes usage. */
            usageStatisticsEnabled?: boolean | null;
            /**
             * Format: int64
             * @description When this was read, Unix milliseconds.
             */
            checkedAt: number;
            /** @description What does not fit. */
            warnings: components["schemas"]["WarningDocument"][];
        };
        /** @description A model that the gateway offers. */
        GatewayModel: {
            /** @description Its name. */
            id: string;
            /** @description Whose it is, as the gateway says. */
            owned_by?: string | null;
            /**
             * Format: int64
             * @description When it was made, Unix seconds, as the gateway says.
             */
            created?: number | null;
        };
        /** @description Answer of `GET /api/v1/models`. */
        GatewayModelList: {
            /** @description In the gateway's order. */
            items: components["schemas"]["GatewayModel"][];
        };
        /** @description A setting that a flag, the environment or the configuration file sets. Its value is not shown. */
        GivenSetting: {
            /**
             * @description The variable.
             * @example USAGE_COLLECTOR_MODE
             */
            name: string;
            /** @description `flag`, `environment` or `file`. */
            source: string;
            /** @description The member of `/usage-service/config` that it locks, as a dotted path. */
            member?: string | null;
        };
        /** @description Answer of `GET /api/v1/settings`. */
        GivenSettings: {
            /** @description In the order of the guide. */
            items: components["schemas"]["GivenSetting"][];
        };
        /** @description Answer of `GET /health`. */
        Health: {
            /** @description Always true. */
            ok: boolean;
            /** @description Always `cpa-manager-plus`. */
            service: string;
        };
        /** @description Body of a failed `POST /v0/management/usage/import`. */
        ImportFailure: {
            /** @description What went wrong. */
            error: string;
            /** @description Stable code. */
            code: string;
            /** @description Format, as far as it was recognised; empty when it was not. */
            format: string;
            /**
             * Format: int64
             * @description Events stored before the failure; they stay.
             */
            added: number;
            /**
             * Format: int64
             * @description Events that were stored before.
             */
            skipped: number;
            /**
             * Format: int64
             * @description Lines or records that could not be parsed.
             */
            failed: number;
            /**
             * Format: int64
             * @description Buckets without request details.
             */
            unsupported: number;
            /** @description What to know about this import; null when nothing. */
            warnings?: string[] | null;
            /** @description The first bad lines, at most 100. */
            line_errors: components["schemas"]["ImportLineError"][];
        };
        /** @description A line that could not be taken. */
        ImportLineError: {
            /**
             * Format: int64
             * @description Line or record number, from 1.
             */
            line: number;
            /** @description Why. */
            error: string;
        };
        /** @description What an import did. */
        ImportResult: {
            /** @description `usage_service_jsonl`, `legacy_usage_export` or `legacy_usage_payload`. */
            format: string;
            /**
             * Format: int64
             * @description Events stored.
             */
            added: number;
            /**
             * Format: int64
             * @description Events that were stored before.
             */
            skipped: number;
            /**
             * Format: int64
             * @description Events parsed.
             */
            total: number;
            /**
             * Format: int64
             * @description Lines or records that could not be parsed.
             */
            failed: number;
            /**
             * Format: int64
             * @description Buckets without request details.
             */
            unsupported: number;
            /** @description What to know about this import; null when nothing. */
            warnings?: string[] | null;
            /** @description The first bad lines, at most 100. */
            line_errors?: components["schemas"]["ImportLineError"][];
        };
        /** @description An import session. */
        ImportSession: {
            /** @description 32 hexadecimal digits. */
            id: string;
            /** @description Name of the file. */
            filename: string;
            /** @description State. */
            status: components["schemas"]["ImportSessionStatus"];
            /**
             * Format: int64
             * @description Size of the whole file, bytes.
             */
            size_bytes: number;
            /**
             * Format: int64
             * @description Received so far, bytes.
             */
            received_bytes: number;
            /**
             * Format: int64
             * @description Largest chunk, bytes.
             */
            chunk_size_bytes: number;
            /**
             * Format: int64
             * @description Created, Unix milliseconds.
             */
            created_at_ms: number;
            /**
             * Format: int64
             * @description Last change, Unix milliseconds.
             */
            updated_at_ms: number;
            /**
             * Format: int64
             * @description Removed after this if nothing happens, Unix milliseconds.
             */
            expires_at_ms: number;
            /** @description `complete` may be repeated. */
            retryable: boolean;
            /** @description Why it failed. */
            error?: string | null;
            result?: components["schemas"]["ImportResult"] | null;
        };
        /** @description Body of `POST /v0/management/usage/import-sessions`. */
        ImportSessionRequest: {
            /** @description Name of the file, for people. */
            filename?: string;
            /**
             * Format: int64
             * @description Size of the whole file, bytes.
             */
            size_bytes: number;
            /** @description 32 hexadecimal digits of the client's choice; the same key, name and size find the upload again. */
            resume_key?: string | null;
        };
        /**
         * @description State of an import session.
         * @enum {string}
         */
        ImportSessionStatus: "uploading" | "ready" | "processing" | "completed" | "failed" | "cancelled";
        /** @description Settings of account inspection. */
        InspectionConfig: {
            /**
             * @description Inspect on a schedule.
             * @default null
             */
            enabled?: boolean | null;
            /** @default null */
            schedule?: components["schemas"]["InspectionSchedule"] | null;
            /**
             * @description Subset of `codex`, `xai`.
             * @default null
             */
            targetTypes?: string[] | null;
            /**
             * @description First target; older form of `targetTypes`.
             * @default null
             */
            targetType?: string | null;
            /**
             * Format: int64
             * @description Concurrent probes.
             * @default null
             */
            workers?: number | null;
            /**
             * Format: int64
             * @description Concurrent deletions.
             * @default null
             */
            deleteWorkers?: number | null;
            /**
             * Format: int64
             * @description Time-out of a probe, milliseconds.
             * @default null
             */
            timeout?: number | null;
            /**
             * Format: int64
             * @description Retries of a probe.
             * @default null
             */
            retries?: number | null;
            /**
             * Format: int64
             * @description Accounts per provider; 0 = all.
             * @default null
             */
            sampleSize?: number | null;
            /**
             * @description User agent of Codex probes.
             * @default null
             */
            userAgent?: string | null;
            /**
             * @description User agent of xAI probes.
             * @default null
             */
            xaiInferenceUserAgent?: string | null;
            /**
             * @description Probe xAI by a small inference.
             * @default null
             */
            xaiInferenceEnabled?: boolean | null;
            /**
             * @description Model of that inference.
             * @default null
             */
            xaiInferenceModel?: string | null;
            /**
             * @description Prompt of that inference.
             * @default null
             */
            xaiInferencePrompt?: string | null;
            /**
             * Format: double
             * @description Quota use that counts as exhausted, percent.
             * @default null
             */
            usedPercentThreshold?: number | null;
            /**
             * @description `none`, `enable`, `disable` or `delete`.
             * @default null
             */
            autoActionMode?: string | null;
            /**
             * @description Enable accounts again when their quota recovers.
             * @default null
             */
            autoRecoverEnabled?: boolean | null;
        };
        /** @description When accounts are inspected. */
        InspectionSchedule: {
            /**
             * @description `interval` or `time_points`.
             * @default null
             */
            mode?: string | null;
            /**
             * @description `HH:MM` in the schedule's zone.
             * @default null
             */
            timePoints?: string[] | null;
            /**
             * Format: int64
             * @description Minutes between runs.
             * @default null
             */
            intervalMinutes?: number | null;
            /**
             * @description IANA zone; the server's when absent.
             * @default null
             */
            timeZone?: string | null;
        };
        /** @description One rate limit. */
        LimitView: {
            /**
             * Format: int64
             * @description Allowed in the window.
             */
            limit?: number | null;
            /**
             * Format: int64
             * @description Left in the window.
             */
            remaining?: number | null;
        };
        /** @description Data of an `events` message of the live stream. */
        LiveEvents: {
            /** @description New events, oldest first. */
            items: components["schemas"]["EventRow"][];
            /**
             * Format: int64
             * @description Events that were left out because the client could not keep up.
             */
            skipped: number;
        };
        /** @description Data of the messages of the live stream. */
        LiveMessage: components["schemas"]["LiveEvents"] | components["schemas"]["LiveStatus"];
        /** @description The part of `/status` that the live stream repeats. */
        LiveStatus: {
            /**
             * Format: int64
             * @description Number of stored events.
             */
            eventCount: number;
            /** @description The collector. */
            collector: components["schemas"]["CollectorDocument"];
            /** @description Known gaps, newest first, at most 20. */
            gaps: components["schemas"]["GapDocument"][];
            /** @description The database file. */
            database: components["schemas"]["DatabaseDocument"];
        };
        /** @description Body of `POST /api/v1/session`. */
        LoginRequest: {
            /** @description The CPAMP admin key. */
            admin_key: string;
        };
        /** @description The manager's configuration. In a request, absent members are kept. */
        ManagerConfig: {
            /** @default null */
            cpaConnection?: components["schemas"]["CpaConnection"] | null;
            /** @default null */
            collector?: components["schemas"]["CollectorConfig"] | null;
            /** @default null */
            codexInspection?: components["schemas"]["InspectionConfig"] | null;
            /** @default null */
            externalUsageService?: components["schemas"]["ExternalUsageService"] | null;
            /**
             * Format: int64
             * @description Last save, Unix milliseconds; ignored in requests.
             * @default null
             */
            updatedAtMs?: number | null;
        };
        /** @description No prices. */
        NoPrices: Record<string, never>;
        /** @description The input side in buckets that do not overlap, tokens. */
        NormalisedTokens: {
            /**
             * Format: int64
             * @description Not from the cache.
             */
            uncached_input_tokens: number;
            /**
             * Format: int64
             * @description All input tokens.
             */
            total_input_tokens: number;
            /**
             * Format: int64
             * @description Read from the cache.
             */
            cache_read_tokens: number;
            /**
             * Format: int64
             * @description Written to the cache.
             */
            cache_creation_tokens: number;
        };
        /** @description How the operator wants to see things, in every browser. An empty text means "as the browser says". */
        Preferences: {
            /**
             * @description IANA time zone of every date and every day's limits.
             * @default
             * @example Europe/Berlin
             */
            time_zone?: string;
            /**
             * @description `en` or `zh-CN`.
             * @default
             */
            language?: string;
            /**
             * @description `light` or `dark`.
             * @default
             */
            theme?: string;
            /**
             * @description `compact` or `normal`; height of table rows.
             * @default
             */
            density?: string;
        };
        /** @description Exhausted included usage (xAI). */
        ProviderUsageView: {
            /** @description Always `xai`. */
            provider?: string | null;
            /** @description `included_free_usage`. */
            kind?: string | null;
            /** @description `exhausted`. */
            state?: string | null;
            /** @description The provider's code. */
            code?: string | null;
            /** @description `tokens`. */
            unit?: string | null;
            /** @description `rolling_24h`. */
            window_kind?: string | null;
            /** @description `response_body`. */
            source?: string | null;
            /**
             * Format: int64
             * @description Time of the event, Unix milliseconds.
             */
            observed_at_ms?: number | null;
            /** @description Model concerned. */
            model?: string | null;
            /**
             * Format: int64
             * @description Tokens used.
             */
            actual?: number | null;
            /**
             * Format: int64
             * @description Tokens allowed.
             */
            limit?: number | null;
            /**
             * Format: int64
             * @description Tokens left.
             */
            remaining?: number | null;
            /**
             * Format: int64
             * @description Tokens beyond the limit.
             */
            overage?: number | null;
            /**
             * Format: int64
             * @description When it recovers, Unix milliseconds.
             */
            recover_at_ms?: number | null;
            /** @description The recovery time is an estimate. */
            recover_at_estimated?: boolean | null;
        };
        /** @description Provider-specific copies. */
        ProvidersView: {
            /** @description Antigravity trace id. */
            antigravity_trace_id?: string | null;
            /** @description Antigravity server timing. */
            antigravity_server_timing?: string | null;
            /** @description MiFE upstream status. */
            mife_upstream_status?: string | null;
            /** @description OneAPI request id. */
            oneapi_request_id?: string | null;
            /** @description Cloudflare ray. */
            cloudflare_ray?: string | null;
            /** @description Cloudflare cache status. */
            cloudflare_cache_status?: string | null;
        };
        /** @description What waits in memory between the socket and the disk. */
        QueueDepthsDocument: {
            /**
             * Format: int64
             * @description Items read and not yet normalised.
             */
            intakeItems: number;
            /**
             * Format: int64
             * @description Their size, bytes.
             */
            intakeBytes: number;
            /**
             * Format: int64
             * @description The limit, bytes.
             */
            intakeLimitBytes: number;
            /**
             * Format: int64
             * @description Highest fill since the process started, bytes.
             */
            intakeHighWaterBytes: number;
            /**
             * Format: int64
             * @description Events normalised and waiting for the commit.
             */
            writerEvents: number;
        };
        /** @description Quota windows. */
        QuotaView: {
            /** @description Plan name. */
            plan_type?: string | null;
            /** @description Limit in force. */
            active_limit?: string | null;
            /** @description Which limit was reached. */
            rate_limit_reached_type?: string | null;
            /** @description Credits left, as text. */
            credits_balance?: string | null;
            /** @description Whether there are credits. */
            credits_has_credits?: boolean | null;
            /** @description Whether credits are unlimited. */
            credits_unlimited?: boolean | null;
            /**
             * Format: double
             * @description Use of the primary over the secondary limit, percent.
             */
            primary_over_secondary_limit_percent?: number | null;
            primary?: components["schemas"]["QuotaWindowView"] | null;
            secondary?: components["schemas"]["QuotaWindowView"] | null;
            /**
             * Format: double
             * @description Use of the most used window, percent.
             */
            used_percent?: number | null;
            /**
             * Format: int64
             * @description When it recovers, Unix milliseconds.
             */
            recover_at_ms?: number | null;
            /** @description `five_hour`, `weekly`, `monthly` or `unknown`. */
            summary_window_kind?: string | null;
            /** @description `primary`, `secondary`, `aggregate`, `retry_after` or `unknown`. */
            summary_window_source?: string | null;
            /** @description Kind of the window that is full. */
            reached_window_kind?: string | null;
            /** @description Source of the window that is full. */
            reached_window_source?: string | null;
        };
        /** @description One quota window. */
        QuotaWindowView: {
            /**
             * Format: double
             * @description Use, percent.
             */
            used_percent?: number | null;
            /**
             * Format: int64
             * @description Seconds to the reset, as of the event.
             */
            reset_after_seconds?: number | null;
            /**
             * Format: int64
             * @description Reset, Unix milliseconds.
             */
            reset_at_ms?: number | null;
            /**
             * Format: int64
             * @description Length, minutes.
             */
            window_minutes?: number | null;
        };
        /** @description Rate limits. */
        RateLimitView: {
            requests?: components["schemas"]["LimitView"] | null;
            tokens?: components["schemas"]["LimitView"] | null;
        };
        /** @description Facts of an upstream answer's headers. Every member is optional. */
        ResponseMetadata: {
            quota?: components["schemas"]["QuotaView"] | null;
            errors?: components["schemas"]["ErrorsView"] | null;
            trace?: components["schemas"]["TraceView"] | null;
            routing?: components["schemas"]["RoutingView"] | null;
            response?: components["schemas"]["ResponseView"] | null;
            providers?: components["schemas"]["ProvidersView"] | null;
            rate_limit?: components["schemas"]["RateLimitView"] | null;
            data_policy?: components["schemas"]["DataPolicyView"] | null;
            provider_usage?: components["schemas"]["ProviderUsageView"] | null;
        };
        /** @description Shape of the answer. */
        ResponseView: {
            /** @description `content-type`. */
            content_type?: string | null;
            /**
             * Format: int64
             * @description `content-length`, bytes.
             */
            content_length?: number | null;
            /** @description `content-disposition`. */
            content_disposition?: string | null;
            /** @description `server-timing`. */
            server_timing?: string | null;
        };
        /** @description Another consumer seems to take this gateway's records. */
        RivalDocument: {
            /**
             * Format: int64
             * @description Since when, Unix milliseconds.
             */
            sinceMs: number;
            /** @description What was seen. */
            text: string;
            /** @description What to do next. */
            hint: string;
        };
        /** @description Which servers answered. */
        RoutingView: {
            /** @description `server`. */
            server?: string | null;
            /** @description `via`. */
            via?: string | null;
            /** @description `x-served-by`. */
            served_by?: string | null;
            /** @description Cloudflare cache status. */
            cf_cache_status?: string | null;
            /** @description Site cache status. */
            site_cache_status?: string | null;
            /** @description OpenAI proxy. */
            openai_proxy_wasm?: string | null;
            /** @description ETag of the model list. */
            models_etag?: string | null;
            /** @description New-API version. */
            new_api_version?: string | null;
            /** @description MiFE upstream status. */
            mife_upstream_status?: string | null;
        };
        /** @description Answer of `GET /usage-service/info`. */
        ServiceInfo: {
            /** @description Always `cpa-manager-plus`. */
            service: string;
            /** @description Always `embedded`. */
            mode: string;
            /** @description Version of the manager. */
            version: string;
            /**
             * Format: int64
             * @description Process start, Unix milliseconds.
             */
            startedAt: number;
            /** @description Same as `projectInitialized`. */
            configured: boolean;
            /** @description An admin credential is stored. */
            adminReady: boolean;
            /** @description A gateway connection is known. */
            projectInitialized: boolean;
            /** @description The set-up page should be shown. */
            setupRequired: boolean;
            /** @description `fresh`, `needs_setup`, `ready` or `migrated`. */
            migrationStatus?: string | null;
            /** @description The data encryption key is available. */
            dataKeyReady: boolean;
            /** @description Whether events or a connection were stored when the process started. */
            hasHistoricalData: boolean;
            /** @description Whether the saved connection can be used. */
            connectionState: components["schemas"]["ConnectionState"];
        };
        /** @description A browser that is logged in. */
        SessionItem: {
            /** @description Public name, useless for logging in. */
            id: string;
            /** @description Whether it is the one that asks. */
            current: boolean;
            /**
             * Format: int64
             * @description When it began, Unix milliseconds.
             */
            created_at_ms: number;
            /**
             * Format: int64
             * @description When it was last used, Unix milliseconds.
             */
            last_used_at_ms: number;
            /**
             * Format: int64
             * @description When it ends at the latest, Unix milliseconds.
             */
            expires_at_ms: number;
            /** @description The client's address at login. */
            client: string;
            /** @description The browser's user agent at login. */
            user_agent: string;
        };
        /** @description Answer of `GET /api/v1/sessions`. */
        SessionList: {
            /** @description The latest login first. */
            items: components["schemas"]["SessionItem"][];
        };
        /** @description A browser session. */
        SessionView: {
            /**
             * Format: int64
             * @description When the session began, Unix milliseconds.
             */
            created_at_ms: number;
            /**
             * Format: int64
             * @description When it ends at the latest, Unix milliseconds.
             */
            expires_at_ms: number;
        };
        /** @description Answer of `DELETE /api/v1/sessions`. */
        SessionsEnded: {
            /** @description How many sessions were ended. */
            ended: number;
        };
        /** @description Answer of `POST /setup`. */
        SetupAnswer: {
            /** @description Always true. */
            ok: boolean;
            /** @description The gateway's address as saved. */
            upstream: string;
            /** @description What works and should be looked at. */
            warnings: components["schemas"]["WarningDocument"][];
        };
        /** @description Body of `POST /setup`. */
        SetupRequest: {
            /**
             * @description Address of the gateway; `http://` is added when there is no scheme.
             * @default null
             */
            cpaBaseUrl?: string | null;
            /**
             * @description The gateway's `remote-management.secret-key`.
             * @default null
             */
            cpaManagementKey?: string | null;
            /**
             * @description Older name of `cpaManagementKey`.
             * @default null
             */
            managementKey?: string | null;
            /**
             * @description `auto`, `subscribe`, `http` or `resp`; anything else means `auto`.
             * @default null
             */
            collectorMode?: string | null;
            /**
             * @description Queue name.
             * @default null
             */
            queue?: string | null;
            /**
             * @description `left` or `right`.
             * @default null
             */
            popSide?: string | null;
            /**
             * Format: int64
             * @description Records per batch.
             * @default null
             */
            batchSize?: number | null;
            /**
             * Format: int64
             * @description Idle poll interval, milliseconds.
             * @default null
             */
            pollIntervalMs?: number | null;
            /**
             * Format: int64
             * @description Most recent events returned by the compatible usage document.
             * @default null
             */
            queryLimit?: number | null;
            /**
             * @description Accept any certificate of the gateway.
             * @default null
             */
            tlsSkipVerify?: boolean | null;
            /**
             * @description Collect requests (default true).
             * @default null
             */
            requestMonitoringEnabled?: boolean | null;
            /**
             * @description Switch on usage publishing in the gateway (default true).
             * @default null
             */
            ensureUsageStatisticsEnabled?: boolean | null;
        };
        /** @description Answer of `GET /status`. */
        StatusDocument: {
            /** @description Always `cpa-manager-plus`. */
            service: string;
            /** @description Version of the manager. */
            version: string;
            /** @description Absolute path of the database. */
            dbPath: string;
            /** @description A gateway connection is known. */
            configured: boolean;
            /**
             * Format: int64
             * @description Number of stored events.
             */
            events: number;
            /**
             * Format: int64
             * @description Same as `events`.
             */
            eventCount: number;
            /**
             * Format: int64
             * @description Queue items that could not become events.
             */
            deadLetters: number;
            /**
             * Format: int64
             * @description When an item was last taken from the gateway, Unix milliseconds; 0 = never.
             */
            lastConsumedAt: number;
            /**
             * Format: int64
             * @description When an event was last stored, Unix milliseconds; 0 = never.
             */
            lastInsertedAt: number;
            /**
             * Format: int64
             * @description Process start, Unix milliseconds.
             */
            startedAt: number;
            /** @description The collector. */
            collector: components["schemas"]["CollectorDocument"];
            /** @description Known gaps in the collection, newest first, at most 20. */
            gaps: components["schemas"]["GapDocument"][];
            /** @description The database file. */
            database: components["schemas"]["DatabaseDocument"];
            /** @description Kept for scripts written for the reference; always `completed`. */
            dataMigration: components["schemas"]["DataMigrationDocument"];
            /** @description Kept for scripts written for the reference; never required. */
            databaseMaintenance: components["schemas"]["DatabaseMaintenanceDocument"];
        };
        /** @description Answer of `GET /api/v1/storage`. */
        StorageDocument: {
            /**
             * Format: int64
             * @description Stored events.
             */
            events: number;
            /**
             * Format: int64
             * @description Earliest plausible event time, Unix milliseconds.
             */
            first_event_ms?: number | null;
            /**
             * Format: int64
             * @description Latest plausible event time, Unix milliseconds.
             */
            last_event_ms?: number | null;
            /**
             * Format: int64
             * @description Database file, bytes.
             */
            database_bytes: number;
            /**
             * Format: int64
             * @description The part of it that is free for new data, bytes.
             */
            free_bytes: number;
            /**
             * Format: int64
             * @description Write-ahead log, bytes.
             */
            wal_bytes: number;
            /**
             * Format: double
             * @description Used bytes of the database file for each event; null without events.
             */
            bytes_per_event?: number | null;
            /**
             * Format: int64
             * @description Items that could not become events, all that ever came.
             */
            dead_letters: number;
        };
        /** @description The gateway's own split of the tokens. */
        TokenBreakdownView: {
            /** @description `complete`, `inconsistent` or `unclassified`. */
            quality: string;
            /**
             * Format: int64
             * @description All tokens.
             */
            total_tokens: number;
            /**
             * Format: int64
             * @description All input tokens.
             */
            input_total_tokens: number;
            /**
             * Format: int64
             * @description Input tokens not from a cache.
             */
            input_uncached_tokens: number;
            /**
             * Format: int64
             * @description Input tokens read from a cache.
             */
            input_cache_read_tokens: number;
            /**
             * Format: int64
             * @description Input tokens written to a cache.
             */
            input_cache_write_tokens: number;
            /**
             * Format: int64
             * @description All output tokens.
             */
            output_total_tokens: number;
            /**
             * Format: int64
             * @description Output tokens other than reasoning.
             */
            output_non_reasoning_tokens: number;
            /**
             * Format: int64
             * @description Reasoning tokens.
             */
            output_reasoning_tokens: number;
            /**
             * Format: int64
             * @description Tokens that fit no bucket.
             */
            unclassified_tokens: number;
        };
        /** @description Trace ids. */
        TraceView: {
            /** @description The first that was found. */
            primary_trace_id?: string | null;
            /** @description OpenAI request id. */
            openai_request_id?: string | null;
            /** @description `x-request-id`. */
            request_id?: string | null;
            /** @description OneAPI request id. */
            oneapi_request_id?: string | null;
            /** @description Google trace id. */
            cloud_ai_companion_trace_id?: string | null;
            /** @description Cloudflare ray. */
            cf_ray?: string | null;
            /** @description Alibaba Eagle id. */
            eagle_id?: string | null;
            /** @description Client request id. */
            client_request_id?: string | null;
            /** @description Zeabur request id. */
            zeabur_request_id?: string | null;
            /** @description W3C trace context. */
            traceparent?: string | null;
        };
        /** @description One event of the compatible document. */
        UsageDetail: {
            /** @description RFC 3339, UTC. */
            timestamp: string;
            /** @description Masked upstream account or key. */
            source: string;
            /** @description Handle of the credential. */
            auth_index?: string;
            /** @description SHA-256 of the client's API key. */
            api_key_hash?: string;
            /** @description Account. */
            account_snapshot?: string;
            /** @description Label. */
            auth_label_snapshot?: string;
            /** @description Auth file. */
            auth_file_snapshot?: string;
            /** @description Provider of the credential. */
            auth_provider_snapshot?: string;
            /** @description Project. */
            auth_project_id_snapshot?: string;
            /**
             * Format: int64
             * @description When the snapshot was taken, Unix milliseconds.
             */
            auth_snapshot_at_ms?: number | null;
            /**
             * Format: int64
             * @description Milliseconds.
             */
            latency_ms?: number | null;
            /**
             * Format: int64
             * @description Milliseconds.
             */
            ttft_ms?: number | null;
            /** @description What the client asked for. */
            requested_model?: string;
            /** @description What the provider was asked for. */
            resolved_model?: string;
            /** @description Reasoning effort. */
            reasoning_effort?: string;
            /** @description Effective tier. */
            service_tier?: string;
            /** @description Requested tier. */
            request_service_tier?: string;
            /** @description Reported tier. */
            response_service_tier?: string;
            /** @description `included_in_input` or `separate_from_input`. */
            cache_input_mode: string;
            /** @description The gateway's executor. */
            executor_type?: string;
            /** @description Token counters. */
            tokens: components["schemas"]["UsageTokens"];
            /** @description Whether it failed. */
            failed: boolean;
            /**
             * Format: int64
             * @description Upstream status.
             */
            fail_status_code?: number | null;
            /** @description Redacted failure text. */
            fail_summary?: string;
            response_metadata?: components["schemas"]["ResponseMetadata"] | null;
        };
        /** @description The events of one model. */
        UsageDetails: {
            /** @description Newest first. */
            details: components["schemas"]["UsageDetail"][];
        };
        /** @description Answer of `GET /v0/management/usage`: the newest events by endpoint and model. */
        UsageDocument: {
            /**
             * Format: int64
             * @description Events in this document.
             */
            total_requests: number;
            /**
             * Format: int64
             * @description Those that succeeded.
             */
            success_count: number;
            /**
             * Format: int64
             * @description Those that failed.
             */
            failure_count: number;
            /**
             * Format: int64
             * @description Sum of their tokens.
             */
            total_tokens: number;
            /** @description By endpoint. */
            apis: {
                [key: string]: components["schemas"]["UsageModels"];
            };
        };
        /** @description The events of one endpoint. */
        UsageModels: {
            /** @description By analytics model. */
            models: {
                [key: string]: components["schemas"]["UsageDetails"];
            };
        };
        /** @description Token counters of the compatible document. */
        UsageTokens: {
            /**
             * Format: int64
             * @description As sent.
             */
            input_tokens: number;
            /**
             * Format: int64
             * @description As sent.
             */
            output_tokens: number;
            /**
             * Format: int64
             * @description As sent.
             */
            reasoning_tokens: number;
            /**
             * Format: int64
             * @description Cached tokens that the read and creation counters do not cover.
             */
            cached_tokens: number;
            /**
             * Format: int64
             * @description Same as `cached_tokens`.
             */
            cache_tokens: number;
            /**
             * Format: int64
             * @description As sent.
             */
            cache_read_tokens: number;
            /**
             * Format: int64
             * @description As sent.
             */
            cache_creation_tokens: number;
            /**
             * Format: int64
             * @description As sent, or derived.
             */
            total_tokens: number;
        };
        /** @description Something that works and should be looked at. */
        WarningDocument: {
            /** @description Stable code, listed in the troubleshooting page. */
            code: string;
            /** @description What was found. */
            text: string;
            /** @description What to do next. */
            hint: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
