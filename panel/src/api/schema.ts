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
                        "application/json": components["schemas"]["ApiDocument"];
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
    "/api/v1/views": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Saved views, by page and name. */
        get: {
            parameters: {
                query?: {
                    /** @description Only views of this page. */
                    page?: string;
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
                        "application/json": components["schemas"]["ViewList"];
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
        /** Saves a view; one with the same name on the same page is replaced. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ViewToSave"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ViewItem"];
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
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/views/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Deletes a view. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description number of the view */
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
    "/api/v1/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether a newer version is known. The manager asks nobody: no release address is configured. */
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
                        "application/json": components["schemas"]["UpdateDocument"];
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
                        "application/json": components["schemas"]["StatusAnswer"];
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
    "/api/v1/collector/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What works from here: the key, RESP, subscribing, the HTTP queue, publishing and retention.
         * @description Nothing is taken from the gateway's queue, subscribed to or changed. A key that the gateway refused is tried once more,
         *     within our own limit of failed attempts; after that nothing else is tried with it.
         */
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
                        "application/json": components["schemas"]["CollectorTestAnswer"];
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
         * A page of events, newest first unless asked otherwise, with filters.
         * @description While the column index is being built, pages in the order of time that filter by time, status, status code, endpoint,
         *     credential handle or request id at most come from the database: such a page is complete, without `total`, but may hold
         *     fewer events than asked for while `next_cursor` is set, because the search stops after a moment and goes on from there.
         *     All others come from the index and say `partial`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Most events to answer, 1 to 500 (default 100); of an export, all when absent. */
                    limit?: number;
                    /** @description Answer events after this cursor in the order of the page (`next_cursor` of a page). */
                    before?: string;
                    /** @description Answer events before this cursor (`prev_cursor` of a page); only in the order of time. */
                    after?: string;
                    /**
                     * @description By what events are ordered: `time` (default), `cost`, `latency_ms`, `ttft_ms`, `total_tokens`, `input_tokens`,
                     *     `output_tokens`, `cached_tokens`, `cache_read_tokens`, `cache_creation_tokens` or `reasoning_tokens`.
                     */
                    sort?: string;
                    /** @description `desc` (default) or `asc`; newest or largest first unless `asc`. */
                    order?: string;
                    /** @description From this time on, Unix milliseconds. */
                    from_ms?: number;
                    /** @description Before this time, Unix milliseconds. */
                    to_ms?: number;
                    /** @description Display, requested, resolved or analytics model; may be repeated. */
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
                    /** @description Any other field of `POST /api/v1/query`, as `field:value`, for example `auth_file:claude-a.json`; may be repeated. */
                    include?: string[];
                    /** @description No events with this value of a field, as `field:value`; may be repeated. */
                    exclude?: string[];
                    /** @description Bounds of a number, as `number:least..most`, for example `latency_ms:3000..`; may be repeated. */
                    range?: string[];
                    /** @description `hit`, `miss`, `read` or `creation`. */
                    cache?: string;
                    /** @description Only events with (`true`) or without (`false`) a price. */
                    priced?: boolean;
                    /** @description `ok` or `failed`. */
                    status?: string;
                    /** @description Upstream status code; may be repeated. */
                    status_code?: number[];
                    /** @description The gateway's request id. */
                    request_id?: string;
                    /** @description Trace id among the answer's headers; may be repeated. */
                    trace_id?: string[];
                    /**
                     * @description Text that must occur in a model, provider, credential, endpoint, client field, key hash or alias, status code, failure
                     *     text, request or trace id; or the first 8 or more digits of an event hash.
                     */
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
                /** @description as before */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
    "/api/v1/events.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The events of a view as a table, one a line; the columns are those of the first line.
         * @description Text that a spreadsheet would take for a formula begins with an apostrophe. Views that are not in the order of time
         *     hold at most 100,000 events.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Most events to answer, 1 to 500 (default 100); of an export, all when absent. */
                    limit?: number;
                    /** @description Answer events after this cursor in the order of the page (`next_cursor` of a page). */
                    before?: string;
                    /** @description Answer events before this cursor (`prev_cursor` of a page); only in the order of time. */
                    after?: string;
                    /**
                     * @description By what events are ordered: `time` (default), `cost`, `latency_ms`, `ttft_ms`, `total_tokens`, `input_tokens`,
                     *     `output_tokens`, `cached_tokens`, `cache_read_tokens`, `cache_creation_tokens` or `reasoning_tokens`.
                     */
                    sort?: string;
                    /** @description `desc` (default) or `asc`; newest or largest first unless `asc`. */
                    order?: string;
                    /** @description From this time on, Unix milliseconds. */
                    from_ms?: number;
                    /** @description Before this time, Unix milliseconds. */
                    to_ms?: number;
                    /** @description Display, requested, resolved or analytics model; may be repeated. */
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
                    /** @description Any other field of `POST /api/v1/query`, as `field:value`, for example `auth_file:claude-a.json`; may be repeated. */
                    include?: string[];
                    /** @description No events with this value of a field, as `field:value`; may be repeated. */
                    exclude?: string[];
                    /** @description Bounds of a number, as `number:least..most`, for example `latency_ms:3000..`; may be repeated. */
                    range?: string[];
                    /** @description `hit`, `miss`, `read` or `creation`. */
                    cache?: string;
                    /** @description Only events with (`true`) or without (`false`) a price. */
                    priced?: boolean;
                    /** @description `ok` or `failed`. */
                    status?: string;
                    /** @description Upstream status code; may be repeated. */
                    status_code?: number[];
                    /** @description The gateway's request id. */
                    request_id?: string;
                    /** @description Trace id among the answer's headers; may be repeated. */
                    trace_id?: string[];
                    /**
                     * @description Text that must occur in a model, provider, credential, endpoint, client field, key hash or alias, status code, failure
                     *     text, request or trace id; or the first 8 or more digits of an event hash.
                     */
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
                        /** @description only set, to `true`, when a text search was cut short: events may be missing */
                        "x-cpamp-search-cut"?: boolean;
                        [name: string]: unknown;
                    };
                    content: {
                        "text/csv": string;
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
    "/api/v1/events.jsonl": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The events of a view as JSON, one a line, as the page answers them.
         * @description Views that are not in the order of time hold at most 100,000 events.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Most events to answer, 1 to 500 (default 100); of an export, all when absent. */
                    limit?: number;
                    /** @description Answer events after this cursor in the order of the page (`next_cursor` of a page). */
                    before?: string;
                    /** @description Answer events before this cursor (`prev_cursor` of a page); only in the order of time. */
                    after?: string;
                    /**
                     * @description By what events are ordered: `time` (default), `cost`, `latency_ms`, `ttft_ms`, `total_tokens`, `input_tokens`,
                     *     `output_tokens`, `cached_tokens`, `cache_read_tokens`, `cache_creation_tokens` or `reasoning_tokens`.
                     */
                    sort?: string;
                    /** @description `desc` (default) or `asc`; newest or largest first unless `asc`. */
                    order?: string;
                    /** @description From this time on, Unix milliseconds. */
                    from_ms?: number;
                    /** @description Before this time, Unix milliseconds. */
                    to_ms?: number;
                    /** @description Display, requested, resolved or analytics model; may be repeated. */
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
                    /** @description Any other field of `POST /api/v1/query`, as `field:value`, for example `auth_file:claude-a.json`; may be repeated. */
                    include?: string[];
                    /** @description No events with this value of a field, as `field:value`; may be repeated. */
                    exclude?: string[];
                    /** @description Bounds of a number, as `number:least..most`, for example `latency_ms:3000..`; may be repeated. */
                    range?: string[];
                    /** @description `hit`, `miss`, `read` or `creation`. */
                    cache?: string;
                    /** @description Only events with (`true`) or without (`false`) a price. */
                    priced?: boolean;
                    /** @description `ok` or `failed`. */
                    status?: string;
                    /** @description Upstream status code; may be repeated. */
                    status_code?: number[];
                    /** @description The gateway's request id. */
                    request_id?: string;
                    /** @description Trace id among the answer's headers; may be repeated. */
                    trace_id?: string[];
                    /**
                     * @description Text that must occur in a model, provider, credential, endpoint, client field, key hash or alias, status code, failure
                     *     text, request or trace id; or the first 8 or more digits of an event hash.
                     */
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
                        /** @description only set, to `true`, when a text search was cut short: events may be missing */
                        "x-cpamp-search-cut"?: boolean;
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
                /** @description as before */
                304: {
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
    "/v0/management/dashboard/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The day so far: totals, rankings, health, and what fails. */
        get: {
            parameters: {
                query: {
                    /** @description Start of the caller's day, Unix milliseconds; required. */
                    today_start_ms: number;
                    /** @description Now, Unix milliseconds; the server's time when absent or not positive. */
                    now_ms?: number;
                    /** @description Models of the rankings; 5 when absent or not positive, at most 1000. */
                    top_models?: number;
                    /** @description Failures listed; 5 when absent or not positive, at most 1000. */
                    recent_failures?: number;
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
                        "application/json": components["schemas"]["Fresh_DashboardAnswer"];
                    };
                };
                /** @description as before */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
    "/v0/management/monitoring/analytics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Everything about the events of a span, as asked for in `include`. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MonitoringRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Fresh_MonitoringAnswer"];
                    };
                };
                /** @description as before */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v0/management/monitoring/header-snapshots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest facts of answers' headers for each credential. */
        get: {
            parameters: {
                query?: {
                    /** @description Days before now; 30 when absent or 0, at most 365. */
                    days?: number;
                    /** @description Most credentials; 1000 when absent or 0, at most 5000. */
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
                        "application/json": components["schemas"]["Fresh_HeaderSnapshotsAnswer"];
                    };
                };
                /** @description as before */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
    "/v0/management/monitoring/account-history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** All-time totals of accounts, and their newest requests. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AccountHistoryRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Fresh_AccountHistoryAnswer"];
                    };
                };
                /** @description as before */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v0/management/monitoring/account-window-usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What accounts used in spans of time. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AccountWindowRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Fresh_AccountWindowAnswer"];
                    };
                };
                /** @description as before */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Measures of events, grouped and filtered as asked.
         * @description Error codes: `request_failed` (a member is missing or wrong), `invalid_time_zone`, `too_many_values`,
         *     `too_many_buckets` (choose a larger bucket or a shorter range), `too_many_groups`, `index_busy`, `query_timeout`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["QueryRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Fresh_QueryAnswer"];
                    };
                };
                /** @description as before */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/findings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A verdict, and what there is to know: computed from our own events, the providers' quota headers, and the state of the
         *     program.
         */
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
                        "application/json": components["schemas"]["Fresh_FindingsAnswer"];
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
    "/api/v1/failures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Failures of a view grouped by cause, most frequent first: what failed, whom it hits, since when, and an example.
         * @description `limit` is the number of groups, 1 to 500 (default 50). Orders and cursors of event pages have no meaning here. The
         *     requests behind the failures are counted for up to 10,000 failures of an answer, largest groups first.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Most events to answer, 1 to 500 (default 100); of an export, all when absent. */
                    limit?: number;
                    /** @description Answer events after this cursor in the order of the page (`next_cursor` of a page). */
                    before?: string;
                    /** @description Answer events before this cursor (`prev_cursor` of a page); only in the order of time. */
                    after?: string;
                    /**
                     * @description By what events are ordered: `time` (default), `cost`, `latency_ms`, `ttft_ms`, `total_tokens`, `input_tokens`,
                     *     `output_tokens`, `cached_tokens`, `cache_read_tokens`, `cache_creation_tokens` or `reasoning_tokens`.
                     */
                    sort?: string;
                    /** @description `desc` (default) or `asc`; newest or largest first unless `asc`. */
                    order?: string;
                    /** @description From this time on, Unix milliseconds. */
                    from_ms?: number;
                    /** @description Before this time, Unix milliseconds. */
                    to_ms?: number;
                    /** @description Display, requested, resolved or analytics model; may be repeated. */
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
                    /** @description Any other field of `POST /api/v1/query`, as `field:value`, for example `auth_file:claude-a.json`; may be repeated. */
                    include?: string[];
                    /** @description No events with this value of a field, as `field:value`; may be repeated. */
                    exclude?: string[];
                    /** @description Bounds of a number, as `number:least..most`, for example `latency_ms:3000..`; may be repeated. */
                    range?: string[];
                    /** @description `hit`, `miss`, `read` or `creation`. */
                    cache?: string;
                    /** @description Only events with (`true`) or without (`false`) a price. */
                    priced?: boolean;
                    /** @description `ok` or `failed`. */
                    status?: string;
                    /** @description Upstream status code; may be repeated. */
                    status_code?: number[];
                    /** @description The gateway's request id. */
                    request_id?: string;
                    /** @description Trace id among the answer's headers; may be repeated. */
                    trace_id?: string[];
                    /**
                     * @description Text that must occur in a model, provider, credential, endpoint, client field, key hash or alias, status code, failure
                     *     text, request or trace id; or the first 8 or more digits of an event hash.
                     */
                    search?: string;
                    /**
                     * @description `account` (default): by provider, account, model, status and error code. `cause`: accounts and models are counted
                     *     instead of told apart.
                     */
                    group?: string;
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
                        "application/json": components["schemas"]["Fresh_FailuresAnswer"];
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
    "/v0/management/model-prices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The stored prices. What no one has stored is not in it; `GET /api/v1/prices` has the bundled prices too. */
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
                        "application/json": components["schemas"]["PriceMap"];
                    };
                };
                /** @description as before */
                304: {
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
        /** Replaces the whole table of stored prices. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PriceMap"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PriceMap"];
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
    "/v0/management/model-prices/usage-summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How often each model name occurs, over the newest events. */
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
                        "application/json": components["schemas"]["PriceUsageSummary"];
                    };
                };
                /** @description as before */
                304: {
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
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v0/management/model-prices/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Looks prices up in models.dev, LiteLLM and OpenRouter and stores those that are certain.
         * @description Prices that a person typed or locked stay. Uses the gateway's proxy where it has one.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["SyncRequest"] | null;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SyncAnswer"];
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
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/prices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Prices by model, with origin, lock and versions. */
        get: {
            parameters: {
                query?: {
                    /**
                     * @description `stored`: what is stored. `used` (the default): also the bundled and built-in prices that events
                     *     were priced by. `all`: also every other bundled price.
                     */
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
                        "application/json": components["schemas"]["PriceList"];
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
    "/api/v1/prices/{model}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Stores a model's price. With versions it holds from now on, else for all of history. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description model name, percent-encoded */
                    model: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PriceEdit"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PriceItem"];
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
        /** Deletes a model's stored price with all its versions. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description model name, percent-encoded */
                    model: string;
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
    "/api/v1/prices/{model}/versions/{valid_from_ms}": {
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
         * Removes one version of a model's stored price. The version before it holds until the next one then; without one before,
         *     the next one holds for all of the past. With its only version the price goes, and its lock.
         * @description Costs are computed anew in the background, as after every change of prices.
         */
        delete: {
            parameters: {
                query: {
                    /**
                     * @description When the version was changed last, Unix milliseconds: `price.updatedAtMs` of the list of prices, 0 where it has none.
                     *     When another version begins at that time by now, nothing is removed.
                     */
                    updated_at_ms: number;
                };
                header?: never;
                path: {
                    /** @description model name, percent-encoded */
                    model: string;
                    /** @description when the version begins, Unix milliseconds; 0 for the first one */
                    valid_from_ms: number;
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
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/prices/{model}/lock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Protects a model's stored price from synchronisations, or no longer. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description model name, percent-encoded */
                    model: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PriceLock"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PriceItem"];
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
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/prices/{model}/apply-to-all-history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a model's newest price hold for all of history; its other versions go. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description model name, percent-encoded */
                    model: string;
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
                        "application/json": components["schemas"]["PriceItem"];
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
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/price-versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Says whether an edited price begins a new version or applies to all of history. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PriceVersions"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PriceVersions"];
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
    "/api/v1/prices/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a change of a price would do to the total of a range. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PricePreviewRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PricePreview"];
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
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/prices/unpriced": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Models that were used and have no price. */
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
                        "application/json": components["schemas"]["UnpricedModels"];
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
    "/api/v1/events/{id}/cost": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an event costs by the prices in force, line by line. */
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
                        "application/json": components["schemas"]["EventCost"];
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
    "/v0/management/api-key-aliases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Names of client keys. */
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
                        "application/json": components["schemas"]["KeyAliasList"];
                    };
                };
                /** @description as before */
                304: {
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
        /** Sets the names of the listed keys; the others stay. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["KeyAliasUpdate"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeyAliasList"];
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
    "/v0/management/api-key-aliases/{hash}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Deletes the name of a key, if it has one. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description SHA-256 of the key, 64 hexadecimal digits */
                    hash: string;
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
                        "application/json": components["schemas"]["Done"];
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
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed what, when and from where, newest first.
         * @description The newest 50,000 entries are kept, of refused logins and exports 5,000, of requests to the gateway 20,000. They hold
         *     no key, no query value and no body.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Most entries to answer, 1 to 500 (default 100). */
                    limit?: number;
                    /** @description Answer entries with a smaller id (`next_before` of a page). */
                    before?: number;
                    /** @description A code, or a group such as `price`; may be repeated, or hold several with commas between them. */
                    action?: string[];
                    /** @description Text that must occur in the subject or the address, whatever the case. */
                    q?: string;
                    /** @description From this time on, Unix milliseconds. */
                    from_ms?: number;
                    /** @description Before this time, Unix milliseconds. */
                    to_ms?: number;
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
                        "application/json": components["schemas"]["AuditTrail"];
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
    "/api/v1/gateway-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the gateway is set, without keys and passwords; read now, in one call. */
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
                        "application/json": components["schemas"]["GatewaySettings"];
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
        /** @description All-time totals of an account. */
        AccountHistory: {
            /** @description As in the request. */
            row_key: string;
            /** @description Canonical key; opaque. */
            account_key: string;
            /** @description Whether there is any event. */
            matched: boolean;
            /**
             * Format: int64
             * @description Events.
             */
            total_requests: number;
            /**
             * Format: int64
             * @description Of them successful.
             */
            success_calls: number;
            /**
             * Format: int64
             * @description Of them failed.
             */
            failure_calls: number;
            /**
             * Format: int64
             * @description Total tokens.
             */
            total_tokens: number;
            /**
             * Format: double
             * @description US dollars.
             */
            total_cost: number;
            /**
             * Format: int64
             * @description Calls without a price.
             */
            unpriced_calls: number;
            /** @description Their models, sorted; absent without such calls. */
            unpriced_models?: string[];
            /**
             * Format: double
             * @description Successful part, 0 to 1; null without events.
             */
            success_rate: number | null;
            /**
             * Format: int64
             * @description First event, Unix milliseconds.
             */
            first_seen_ms: number | null;
            /**
             * Format: int64
             * @description Newest event.
             */
            last_seen_ms: number | null;
            latest_request?: components["schemas"]["RecentRequest"] | null;
            /** @description The ten newest, by file (or source) and handle; may exist although nothing matched. */
            recent_requests?: components["schemas"]["RecentRequest"][];
            /** @description `ready` or `empty`. */
            sync_status: string;
        };
        /** @description The answer. */
        AccountHistoryAnswer: {
            /**
             * Format: int64
             * @description When it was computed, Unix milliseconds.
             */
            generated_at_ms: number;
            /** @description How far history reaches. */
            checkpoint: components["schemas"]["Checkpoint"];
            /** @description In the order of the request. */
            items: components["schemas"]["AccountHistory"][];
        };
        /** @description Which accounts. */
        AccountHistoryRequest: {
            /** @description 1 to 200 accounts. */
            accounts?: components["schemas"]["AccountHistoryTarget"][];
            /** @description Accepted for older panels; history is always complete. */
            catch_up?: boolean;
        };
        /** @description An account. */
        AccountHistoryTarget: {
            /**
             * @description The caller's name for the row; required and unique.
             * @default
             */
            row_key?: string;
            /**
             * @description A canonical key that an earlier answer gave.
             * @default
             */
            account_key?: string;
            /**
             * @description Account.
             * @default
             */
            account_snapshot?: string;
            /**
             * @description Label.
             * @default
             */
            auth_label_snapshot?: string;
            /**
             * @description Auth file.
             * @default
             */
            auth_file_snapshot?: string;
            /**
             * @description Provider; required when the target refers to a file.
             * @default
             */
            auth_provider_snapshot?: string;
            /**
             * @description Project.
             * @default
             */
            auth_project_id_snapshot?: string;
            /**
             * @description The gateway's handle.
             * @default
             */
            auth_index?: string;
            /**
             * @description Masked account or key; stands in for the file when it differs from account and label.
             * @default
             */
            source?: string;
        };
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
        /** @description Figures of an account. */
        AccountStat: components["schemas"]["Snapshots"] & components["schemas"]["Members"] & components["schemas"]["Figures"] & {
            /** @description First of account, label, source, handle that is known; `-` if none is. */
            id: string;
        };
        /** @description An account in a span of time. */
        AccountWindow: {
            /**
             * @description The caller's name for the answer; made of row, window, scope and period unless given.
             * @default
             */
            request_key?: string;
            /**
             * @description The caller's name for the row; required.
             * @default
             */
            row_key?: string;
            /**
             * @description The provider's window; required unless `window_key` is given.
             * @default
             */
            provider_window_id?: string;
            /**
             * @description Older name of the window.
             * @default
             */
            window_key?: string;
            /**
             * @description `current` (default), `previous` or `previous_equal_range`; echoed.
             * @default
             */
            period?: string;
            /**
             * Format: int64
             * @description From this time on, Unix milliseconds.
             * @default 0
             */
            from_ms?: number;
            /**
             * Format: int64
             * @description Before this time.
             * @default 0
             */
            to_ms?: number;
            /** @default null */
            model_scope?: components["schemas"]["ModelScope"] | null;
            /**
             * @description A canonical key that an earlier answer gave.
             * @default
             */
            account_key?: string;
            /**
             * @description Account.
             * @default
             */
            account_snapshot?: string;
            /**
             * @description Label.
             * @default
             */
            auth_label_snapshot?: string;
            /**
             * @description Auth file.
             * @default
             */
            auth_file_snapshot?: string;
            /**
             * @description Provider.
             * @default
             */
            auth_provider_snapshot?: string;
            /**
             * @description Project.
             * @default
             */
            auth_project_id_snapshot?: string;
            /**
             * @description The gateway's handle.
             * @default
             */
            auth_index?: string;
            /**
             * @description Masked account or key.
             * @default
             */
            source?: string;
        };
        /** @description The answer. */
        AccountWindowAnswer: {
            /**
             * Format: int64
             * @description When it was computed, Unix milliseconds.
             */
            generated_at_ms: number;
            /** @description In the order of the request. */
            items: components["schemas"]["AccountWindowUsage"][];
        };
        /** @description Which windows. */
        AccountWindowRequest: {
            /** @description 1 to 400 windows. */
            windows?: components["schemas"]["AccountWindow"][];
        };
        /** @description What an account used in a window. */
        AccountWindowUsage: {
            /** @description As in the request, or made of its parts. */
            request_key: string;
            /** @description As in the request. */
            row_key: string;
            /** @description As in the request. */
            window_key?: string;
            /** @description As in the request. */
            provider_window_id: string;
            /** @description As in the request. */
            period: string;
            /**
             * Format: int64
             * @description As in the request.
             */
            from_ms: number;
            /**
             * Format: int64
             * @description As in the request.
             */
            to_ms: number;
            /** @description Whether there is any event. */
            matched: boolean;
            /**
             * Format: int64
             * @description Events.
             */
            total_requests: number;
            /**
             * Format: int64
             * @description Of them successful.
             */
            success_calls: number;
            /**
             * Format: int64
             * @description Of them failed.
             */
            failure_calls: number;
            /**
             * Format: int64
             * @description Total tokens.
             */
            total_tokens: number;
            /**
             * Format: double
             * @description US dollars.
             */
            total_cost: number;
            /**
             * Format: int64
             * @description Calls without a price.
             */
            unpriced_calls: number;
            /** @description Their models, sorted; absent without such calls. */
            unpriced_models?: string[];
            /**
             * Format: double
             * @description Successful part, 0 to 1; null without events.
             */
            success_rate: number | null;
            /**
             * Format: int64
             * @description Newest event, Unix milliseconds.
             */
            last_seen_ms: number | null;
            /** @description `ready` or `empty`. */
            sync_status: string;
            /**
             * @description `complete`; `partial` when some events could belong or not; `unmatched` when the scope says that it is incomplete,
             *     and nothing is counted.
             */
            scope_match_status: string;
            /**
             * Format: int64
             * @description Events that could belong or not.
             */
            unmatched_requests: number;
        };
        /** @description A bucket that stands out from the one before. */
        AnomalyPoint: {
            /**
             * Format: int64
             * @description Start, Unix milliseconds.
             */
            bucket_ms: number;
            /**
             * Format: int64
             * @description Start and one hour or 24 hours.
             */
            bucket_end_ms: number;
            /** @description `HH:MM` or `MM/DD`, local. */
            label: string;
            /** @description `low` (one reason), `medium` (two) or `high`. */
            severity: string;
            /** @description `request_spike`, `cost_spike`, `tokens_per_request_spike`, `cache_hit_drop`, `failure_rate_spike`, `latency_spike`. */
            metric_keys: string[];
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Total tokens.
             */
            total_tokens: number;
            /**
             * Format: double
             * @description US dollars.
             */
            cost: number;
            /**
             * Format: int64
             * @description Calls without a price.
             */
            unpriced_calls: number;
            /**
             * Format: double
             * @description Failed part, 0 to 1.
             */
            failure_rate: number;
            /**
             * Format: double
             * @description Relative change of calls.
             */
            request_change: number;
            /**
             * Format: double
             * @description Relative change of cost.
             */
            cost_change: number;
            /**
             * Format: double
             * @description Relative change of tokens per call.
             */
            tokens_per_request_change: number;
            /**
             * Format: double
             * @description Difference of cache hit rates.
             */
            cache_hit_rate_change: number;
            /**
             * Format: double
             * @description Difference of failure rates.
             */
            failure_rate_change: number;
            /**
             * Format: double
             * @description Relative change of the 95th percentile of latency.
             */
            latency_p95_change: number;
        };
        /** @description An OpenAPI 3.1 document. Its further members follow that specification. */
        ApiDocument: {
            /** @description `3.1.0`. */
            openapi: string;
            /** @description What it is about. */
            info: components["schemas"]["ApiDocumentInfo"];
        };
        /** @description What an OpenAPI document is about. */
        ApiDocumentInfo: {
            /** @description Name of the interface. */
            title: string;
            /** @description Version of the manager. */
            version: string;
        };
        /** @description A client key in a bucket of time. */
        ApiKeyPoint: components["schemas"]["SplitFigures"] & {
            /** @description SHA-256 (hex). */
            api_key_hash: string;
        };
        /** @description Figures of a client key. */
        ApiKeyStat: components["schemas"]["Snapshots"] & components["schemas"]["Members"] & components["schemas"]["Figures"] & {
            /** @description The hash, else an id made of what is known. */
            id: string;
            /** @description SHA-256 (hex); empty if unknown. */
            api_key_hash: string;
            /** @description By credential: cost, then calls, then newest. */
            contexts?: components["schemas"]["KeyContext"][];
        };
        /**
         * @description What was done: a group, a point, and the action.
         * @enum {string}
         */
        AuditActionCode: "session.sign_in" | "session.sign_out" | "session.refused" | "admin_key.create" | "admin_key.reset" | "gateway.connect" | "gateway.change" | "gateway.retry" | "price.save" | "price.remove" | "price.remove_version" | "price.lock" | "price.all_history" | "price.replace_all" | "price.sync" | "price.versions" | "alias.save" | "alias.remove" | "view.save" | "view.remove" | "import.start" | "import.finish" | "import.cancel" | "export.download" | "relay.write" | "database.migrated";
        /**
         * @description How somebody acted.
         * @enum {string}
         */
        AuditActorKind: "browser" | "bearer" | "command_line" | "manager";
        /** @description Who acted. Everybody has the same admin key, so an address is all that tells people apart. */
        AuditActorView: {
            /** @description How. */
            kind: components["schemas"]["AuditActorKind"];
            /**
             * @description The address of the client; null for commands and for the manager itself.
             * @example 10.0.0.7
             */
            address: string | null;
        };
        /** @description A field before and after. */
        AuditChangeView: {
            /**
             * @description The name of the field; with several models or keys at once, `name/field`.
             * @example input_per_million
             */
            field: string;
            /** @description The value before; null when there was none. Of a fact, such as how many events were added, always null. */
            before: string | null;
            /** @description The value afterwards; null when there is none. Of a secret, only `changed`. */
            after: string | null;
        };
        /** @description An entry of the audit trail. It holds no key, no query value and no body. */
        AuditEntryView: {
            /**
             * Format: int64
             * @description Its number; newer entries have greater ones.
             */
            id: number;
            /**
             * Format: int64
             * @description When it was written, Unix milliseconds.
             */
            time_ms: number;
            /** @description Who. */
            actor: components["schemas"]["AuditActorView"];
            /** @description What. */
            action: components["schemas"]["AuditActionCode"];
            /** @description About what: a model, an address, a name, a file, a method with its path; null when there is nothing to name. */
            subject: string | null;
            /** @description What became of it. */
            outcome: components["schemas"]["AuditOutcome"];
            /** @description The stable code of the failure; null when it was done. */
            code: string | null;
            /** @description What is different now, and how much. */
            changes: components["schemas"]["AuditChangeView"][];
        };
        /**
         * @description What became of it.
         * @enum {string}
         */
        AuditOutcome: "done" | "failed";
        /**
         * @description What waits to be written into the audit trail. Changes of settings, prices, names and views do not wait: they bring
         *     their entries along.
         */
        AuditQueueDocument: {
            /**
             * Format: int64
             * @description Entries that wait.
             */
            waiting: number;
            /**
             * Format: int64
             * @description Most entries that may wait.
             */
            limit: number;
            /**
             * Format: int64
             * @description Entries that could not be written since the process started.
             */
            dropped: number;
        };
        /** @description Answer of `GET /api/v1/audit`. */
        AuditTrail: {
            /** @description The newest first. */
            entries: components["schemas"]["AuditEntryView"][];
            /**
             * Format: int64
             * @description The `before` of the next page; null when there are no older entries that fit.
             */
            next_before: number | null;
            /**
             * Format: int64
             * @description When the oldest entry of all was written, Unix milliseconds; null without entries.
             */
            oldest_ms: number | null;
            /**
             * Format: int64
             * @description Most entries that are kept; the oldest go.
             */
            kept: number;
            /**
             * Format: int64
             * @description Entries of the server that could not be written since it was started.
             */
            dropped: number;
        };
        /** @description The list prices that come with the program. */
        BundledInfo: {
            /** @description Whether they stand in where no price is stored. */
            enabled: boolean;
            /** @description The published package that they come from. */
            package: string;
            /** @description Its version. */
            version: string;
            /** @description Its licence. */
            licence: string;
            /** @description The day on which it was fetched, `YYYY-MM-DD`. */
            date: string;
            /** @description Models in it. */
            models: number;
        };
        /**
         * @description Use of a cache.
         * @enum {string}
         */
        CacheUse: "hit" | "miss" | "read" | "creation";
        /** @description Calls of a row. */
        Calls: {
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Of them successful.
             */
            success_calls: number;
            /**
             * Format: int64
             * @description Of them failed.
             */
            failure_calls: number;
            /**
             * Format: double
             * @description Successful part, 0 to 1.
             */
            success_rate: number;
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
        /** @description How a channel does. */
        ChannelHealth: components["schemas"]["Snapshots"] & {
            /** @description The gateway's handle; `-` if unknown. */
            auth_index: string;
            /** @description Masked account or key. */
            source?: string;
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Of them failed.
             */
            failures: number;
            /**
             * Format: double
             * @description Failed part, 0 to 1.
             */
            failure_rate: number;
            /**
             * Format: double
             * @description Successful part, 0 to 1.
             */
            success_rate: number;
            /**
             * Format: int64
             * @description Total tokens.
             */
            tokens: number;
            /**
             * Format: double
             * @description US dollars.
             */
            cost: number;
            /**
             * Format: int64
             * @description Calls without a price.
             */
            unpriced_calls: number;
            /**
             * Format: double
             * @description Mean latency, milliseconds.
             */
            average_latency_ms: number | null;
            /** @description `bad`, `warn` or `good`. */
            tone: string;
        };
        /** @description Figures of an `auth_index`. */
        ChannelShare: components["schemas"]["Snapshots"] & {
            /** @description The gateway's handle; `-` if unknown. */
            auth_index: string;
            /** @description Masked account or key. */
            source?: string;
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Of them successful.
             */
            success: number;
            /**
             * Format: int64
             * @description Of them failed.
             */
            failure: number;
            /**
             * Format: int64
             * @description Total tokens.
             */
            tokens: number;
            /**
             * Format: double
             * @description US dollars.
             */
            cost: number;
            /**
             * Format: int64
             * @description Calls without a price.
             */
            unpriced_calls: number;
            /**
             * Format: double
             * @description Mean latency, milliseconds.
             */
            average_latency_ms: number | null;
        };
        /** @description How far history reaches. */
        Checkpoint: {
            /**
             * Format: int64
             * @description Newest event up to which all events are in the history; 0 while the column index is being built.
             */
            last_event_id: number;
            /**
             * Format: int64
             * @description Newest event.
             */
            latest_id: number;
            /** @description Whether events are missing: the column index is being built. */
            pending: boolean;
            /**
             * Format: int64
             * @description Always 0.
             */
            processed: number;
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
            /**
             * @description Switch on usage publishing in the gateway whenever it is found off (default true).
             * @default null
             */
            ensureUsageStatisticsEnabled?: boolean | null;
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
             * @description When an item was last taken from the gateway, Unix milliseconds; 0 = not since the process started.
             */
            lastConsumedAt: number;
            /**
             * Format: int64
             * @description When an event was last stored or found to be stored already, Unix milliseconds; 0 = not since the process started.
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
             * @description Everything that the gateway published up to here is stored, gaps aside, Unix milliseconds; null when unknown, while
             *     the gateway publishes nothing, and while another consumer is suspected.
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
        /** @description Answer of `POST /api/v1/collector/test`. */
        CollectorTestAnswer: {
            /** @description Whether records can be collected from here: the gateway publishes them, and some way of collecting works. */
            ok: boolean;
            /** @description The way that `auto` takes: `subscribe`, `http` or `resp`; null when none works. */
            transport?: string | null;
            /**
             * Format: int64
             * @description How long the gateway keeps records that nobody takes, seconds; null when it did not say.
             */
            retention_seconds?: number | null;
            /** @description What was tried, in order. */
            checks: components["schemas"]["ConnectionCheck"][];
        };
        /** @description Totals of the span of equal length before. */
        Comparison: {
            /**
             * Format: int64
             * @description Its start, Unix milliseconds.
             */
            from_ms: number;
            /**
             * Format: int64
             * @description Its end.
             */
            to_ms: number;
            /**
             * Format: int64
             * @description Events.
             */
            total_calls: number;
            /**
             * Format: int64
             * @description Of them successful.
             */
            success_calls: number;
            /**
             * Format: int64
             * @description Of them failed.
             */
            failure_calls: number;
            /**
             * Format: double
             * @description Successful part, 0 to 1.
             */
            success_rate: number;
            /**
             * Format: int64
             * @description Total tokens.
             */
            total_tokens: number;
            /**
             * Format: double
             * @description US dollars.
             */
            total_cost: number;
            /**
             * Format: int64
             * @description Calls without a price.
             */
            unpriced_calls: number;
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
        /** @description One line of a test of the connection or of the collector. */
        ConnectionCheck: {
            /**
             * @description Of a connection: `http`, `key`, `version`, `publishing`, `retention` or `resp`. Of the collector: `key` (the
             *     management key, over HTTP), `resp` (a login on the RESP port), `subscribe` (records pushed), `http` (the HTTP queue),
             *     `publishing` or `retention`.
             */
            name: string;
            /** @description `ok`, `warn`, `failed`, `skipped`, or `unknown`: not tried because something that it needs does not work. */
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
        /** @description Other rates for requests whose whole input is larger than a threshold. At least one flag is set. */
        ContextTier: {
            /**
             * Format: int64
             * @description Applies when the input is strictly larger, tokens; above 0, each threshold once.
             * @default 0
             */
            thresholdTokens?: number;
            /**
             * Format: double
             * @description Uncached input, US dollars per 1,000,000 tokens, 0 or more.
             * @default 0
             */
            prompt?: number;
            /**
             * Format: double
             * @description Output, likewise.
             * @default 0
             */
            completion?: number;
            /**
             * Format: double
             * @description Cached input in the older sense, likewise.
             * @default 0
             */
            cache?: number;
            /**
             * Format: double
             * @description Input read from the provider's cache, likewise.
             * @default 0
             */
            cacheRead?: number;
            /**
             * Format: double
             * @description Input written to the provider's cache, likewise.
             * @default 0
             */
            cacheCreation?: number;
            /**
             * @description `prompt` is meant, also when it is 0.
             * @default false
             */
            promptConfigured?: boolean;
            /**
             * @description `completion` is meant, also when it is 0.
             * @default false
             */
            completionConfigured?: boolean;
            /**
             * @description `cache` is meant, also when it is 0; in tiers only.
             * @default false
             */
            cacheConfigured?: boolean;
            /**
             * @description `cacheRead` is meant, also when it is 0.
             * @default false
             */
            cacheReadConfigured?: boolean;
            /**
             * @description `cacheCreation` is meant, also when it is 0.
             * @default false
             */
            cacheCreationConfigured?: boolean;
        };
        /** @description Part of a cell. */
        Contributor: {
            /** @description Model, SHA-256 of the client key, or provider. */
            key: string;
            /** @description A name for people. */
            label?: string;
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Of them successful.
             */
            success: number;
            /**
             * Format: int64
             * @description Of them failed.
             */
            failure: number;
            /**
             * Format: int64
             * @description Total tokens.
             */
            tokens: number;
            /**
             * Format: double
             * @description US dollars.
             */
            cost: number;
            /**
             * Format: int64
             * @description Calls without a price.
             */
            unpriced_calls: number;
            /**
             * Format: double
             * @description Failed part, 0 to 1.
             */
            failure_rate: number;
            /**
             * Format: double
             * @description Part of the cell's calls, 0 to 1.
             */
            share: number;
        };
        /** @description One line of a cost: tokens × rate × multiplier = amount. */
        CostLine: {
            /** @description `uncached_input`, `cached_input`, `cache_read`, `cache_creation` or `output`. */
            part: string;
            /**
             * Format: int64
             * @description How many tokens.
             */
            tokens: number;
            /**
             * Format: double
             * @description US dollars per 1,000,000 tokens before the multiplier.
             */
            usd_per_million: number;
            /**
             * @description Where the rate comes from: `base`, `context_tier`, `service_tier`, `built_in`, `cache_rate`,
             *     `share_of_prompt` or `not_set`.
             */
            rate_from: string;
            /**
             * Format: double
             * @description What it is multiplied with.
             */
            multiplier: number;
            /**
             * Format: double
             * @description US dollars.
             */
            usd: number;
        };
        /** @description The price that an event was billed by. */
        CostPrice: {
            /** @description The key of the price. */
            model: string;
            /** @description The name whose multipliers and long-context rule applied. */
            behaviour_model: string;
            /** @description `stored`, `bundled` or `built_in`. */
            origin: string;
            /** @description The price's own word about its source. */
            source: string;
            /** @description The model's id there. */
            source_model_id: string;
            /**
             * Format: int64
             * @description First moment of the version, Unix milliseconds; absent = since ever.
             */
            valid_from_ms?: number | null;
            /**
             * Format: int64
             * @description The moment at which the next version takes over; absent = still valid.
             */
            valid_to_ms?: number | null;
            /** @description `base`, `context_tier` or `long_context`. */
            band: string;
            /**
             * Format: int64
             * @description The threshold of that band, tokens of input.
             */
            above_tokens?: number | null;
            /** @description The service-tier rule that applied. */
            tier_rule?: string | null;
        };
        /** @description A model by cost. */
        CostRank: components["schemas"]["TopModel"] & {
            /**
             * Format: double
             * @description Cost as a part of the most expensive model's cost, 0 to 1.
             */
            cost_share: number;
        };
        /** @description What the events of a range cost. */
        CostSum: {
            /**
             * Format: double
             * @description US dollars.
             */
            usd: number;
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Events without a price.
             */
            unpriced_calls: number;
            /** @description Their models, sorted. */
            unpriced_models: string[];
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
        /** @description Names of a credential. */
        CredentialNames: components["schemas"]["Snapshots"] & {
            /** @description First of auth file, handle, source hash, source that is known; `-` if none is. */
            id: string;
            /** @description Auth file. */
            auth_file_snapshot?: string;
            /** @description The gateway's handle. */
            auth_index?: string;
            /** @description Masked account or key. */
            source?: string;
            /** @description SHA-256 (hex) of the source. */
            source_hash?: string;
            /** @description Project. */
            auth_project_id_snapshot?: string;
        };
        /** @description A credential in a bucket of time. */
        CredentialPoint: components["schemas"]["CredentialNames"] & components["schemas"]["SplitFigures"] & {
            /** @description A name for people. */
            label: string;
        };
        /** @description Figures of a credential. */
        CredentialStat: components["schemas"]["CredentialNames"] & components["schemas"]["Figures"];
        /** @description The answer. Lists are always present. */
        DashboardAnswer: {
            /**
             * Format: int64
             * @description When it was computed, Unix milliseconds.
             */
            generated_at_ms: number;
            /** @description The spans. */
            window: components["schemas"]["DashboardWindow"];
            /** @description Totals since the start of the day. */
            today: components["schemas"]["DashboardToday"];
            /** @description The 30 minutes before now. */
            rolling_30m: components["schemas"]["Rolling"];
            /** @description Models with most calls. */
            top_models_today: components["schemas"]["TopModel"][];
            /** @description Models with most cost. */
            model_cost_rank: components["schemas"]["CostRank"][];
            /** @description 24 hours from the start of the day. */
            traffic_timeline: components["schemas"]["TrafficSlot"][];
            /** @description The same hours as intensities. */
            hourly_activity: components["schemas"]["HourActivity"][];
            /** @description 144 slots of ten minutes. */
            today_request_health_timeline: components["schemas"]["HealthTimeline"];
            /** @description Four kinds of tokens. */
            token_mix: components["schemas"]["TokenShare"][];
            /** @description Channels, worst first; at most five. */
            channel_health: components["schemas"]["ChannelHealth"][];
            /** @description Failing credentials; at most five. */
            failure_sources: components["schemas"]["FailingSource"][];
            /** @description Failures, newest first. */
            recent_failures: components["schemas"]["RecentFailure"][];
        };
        /** @description Totals of a day. */
        DashboardToday: {
            /**
             * Format: int64
             * @description Events.
             */
            total_calls: number;
            /**
             * Format: int64
             * @description Of them successful.
             */
            success_calls: number;
            /**
             * Format: int64
             * @description Of them failed.
             */
            failure_calls: number;
            /**
             * Format: double
             * @description Successful part, 0 to 1.
             */
            success_rate: number;
            /**
             * Format: int64
             * @description Input, cache tokens included.
             */
            input_tokens: number;
            /**
             * Format: int64
             * @description Output.
             */
            output_tokens: number;
            /**
             * Format: int64
             * @description Cached tokens that read and creation do not cover.
             */
            cached_tokens: number;
            /**
             * Format: int64
             * @description Read from a cache.
             */
            cache_read_tokens: number;
            /**
             * Format: int64
             * @description Written to a cache.
             */
            cache_creation_tokens: number;
            /**
             * Format: int64
             * @description Reasoning.
             */
            reasoning_tokens: number;
            /**
             * Format: int64
             * @description Totals as recorded.
             */
            total_tokens: number;
            /**
             * Format: double
             * @description US dollars.
             */
            total_cost: number;
            /**
             * Format: int64
             * @description Calls without a price.
             */
            unpriced_calls: number;
            /** @description Models of those calls, sorted. */
            unpriced_models: string[];
            /**
             * Format: double
             * @description Mean latency, milliseconds.
             */
            average_latency_ms: number | null;
            /**
             * Format: int64
             * @description Successful calls without tokens.
             */
            zero_token_calls: number;
        };
        /** @description The spans of a dashboard, Unix milliseconds. */
        DashboardWindow: {
            /**
             * Format: int64
             * @description Start of the day.
             */
            today_start_ms: number;
            /**
             * Format: int64
             * @description Now; the end of both spans.
             */
            now_ms: number;
            /**
             * Format: int64
             * @description Start of the 30 minutes.
             */
            rolling_30m_start_ms: number;
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
            zero_retention?: boolean | null;
        };
        /** @description The database file and its health. */
        DatabaseDocument: {
            /** @description `ok`, `checking`, `unchecked` (the check after an unclean stop could not be done), `disk_full`, `read_only`, `corrupt`, `busy`, `io_error`, `failing` or `closed`. */
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
        /** @description Answer of `GET /status?scope=database-maintenance`. */
        DatabaseMaintenanceScope: {
            /** @description Never required. */
            databaseMaintenance: components["schemas"]["DatabaseMaintenanceDocument"];
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
        /** @description Answer of a deletion. */
        Done: {
            /** @description Always true. */
            ok: boolean;
        };
        /** @description The newest events of another span. */
        DrilldownRequest: {
            /**
             * Format: int64
             * @description From this time on, Unix milliseconds.
             * @default 0
             */
            from_ms?: number;
            /**
             * Format: int64
             * @description Before this time.
             * @default 0
             */
            to_ms?: number;
            /**
             * Format: int64
             * @description How many; 20 when absent or not positive, at most 100.
             * @default 0
             */
            limit?: number;
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
            should_retry?: boolean | null;
            /**
             * Format: double
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
            /** @description Other attempts of the same request id within an hour before and after, oldest first, at most 50. */
            attempts: components["schemas"]["EventRow"][];
            /** @description Set when there may be more attempts: there are more than 50, or the search took too long. Absent when these are all. */
            attempts_cut?: boolean;
        };
        /** @description Answer of `GET /api/v1/events/{id}/cost`. */
        EventCost: {
            /**
             * Format: int64
             * @description The event.
             */
            id: number;
            /** @description `breakdown` or `counters`: what the program was told. */
            cost_basis: string;
            /** @description `breakdown` or `counters`: what the tokens of this event were taken from. */
            tokens_from: string;
            /**
             * Format: int64
             * @description All input, tokens; decides about bands.
             */
            input_tokens: number;
            /** @description The event's service tier, lower case; may be empty. */
            service_tier: string;
            /**
             * Format: double
             * @description US dollars; absent = no price is known, which is not the same as free.
             */
            usd?: number | null;
            price?: components["schemas"]["CostPrice"] | null;
            /** @description The five lines whose sum is the cost; empty without a price. */
            lines: components["schemas"]["CostLine"][];
            /** @description The names under which a price was looked for, in this order. */
            looked_for: string[];
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
            /**
             * Format: int64
             * @description Events that match, those of other pages included; absent while the index is being built.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description Entry of the change feed up to which the page goes; absent while the index is being built.
             */
            generation?: number | null;
            partial?: components["schemas"]["Partial"] | null;
            /**
             * @description Set when a text search was cut short: the look-up of the phrase in failure texts and event hashes took too long or
             *     found more than 100,000 events, so that `items` and `total` may lack some that match. Absent when it was complete.
             */
            search_cut?: boolean;
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
             * @description The gateway's `cached_tokens`. Sums, order, ranges and the CSV file count of it only what `cache_read_tokens` does not
             *     hold: many gateways report the same tokens in both.
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
            /**
             * Format: double
             * @description US dollars by the prices in force; null = no price is known, which is not the same as free.
             */
            cost: number | null;
            /** @description Whether a price is known. */
            priced: boolean;
        };
        /** @description A page of events. */
        EventsPageRequest: {
            /**
             * Format: int64
             * @description How many; 100 when absent or not positive, at most 50,000.
             * @default 0
             */
            limit?: number;
            /**
             * Format: int64
             * @description With `before_id`: strictly older than this place. Alone: before this time.
             * @default null
             */
            before_ms?: number | null;
            /**
             * Format: int64
             * @description Row id of the last event of the page before.
             * @default null
             */
            before_id?: number | null;
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
        /** @description A failing credential. */
        FailingSource: components["schemas"]["Snapshots"] & {
            /** @description Masked account or key. */
            source?: string;
            /** @description SHA-256 (hex) of the source. */
            source_hash: string;
            /** @description The gateway's handle. */
            auth_index: string;
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Of them failed.
             */
            failures: number;
            /**
             * Format: double
             * @description Failed part, 0 to 1.
             */
            failure_rate: number;
            /**
             * Format: int64
             * @description Newest event, Unix milliseconds.
             */
            last_seen_ms: number;
            /**
             * Format: double
             * @description Mean latency, milliseconds.
             */
            average_latency_ms: number | null;
            /** @description `bad` or `warn`. */
            tone: string;
        };
        /** @description Where bars stand: the two hours up to the present, or up to the end of the range if that is earlier. */
        FailureBars: {
            /**
             * Format: int64
             * @description Start of the first, Unix milliseconds.
             */
            from_ms: number;
            /**
             * Format: int64
             * @description Milliseconds.
             */
            width_ms: number;
            /** @description How many. */
            count: number;
        };
        /** @description Failures with the same cause. */
        FailureGroup: {
            /** @description Provider of the credential, else of the event; `-` = not known. */
            provider: string;
            /** @description First of account, label, masked source, handle that is known; null when none is, or with `group=cause`. */
            account: string | null;
            /** @description The gateway's handle of the credential; null when it is not known or there are several. */
            auth_index: string | null;
            /** @description Analytics model; null with `group=cause`. */
            model: string | null;
            /**
             * Format: int64
             * @description Upstream status.
             */
            status_code: number | null;
            /** @description Error code among the answer's headers. */
            error_code: string | null;
            /** @description Error kind among the answer's headers; null when it is not known or there are several. */
            error_kind: string | null;
            /**
             * Format: int64
             * @description Failed attempts.
             */
            failed: number;
            /**
             * Format: int64
             * @description Distinct request ids of them; null when not all were looked at, or one has none.
             */
            requests: number | null;
            /**
             * Format: int64
             * @description Of those, answered by another attempt within an hour; null when not looked at.
             */
            answered: number | null;
            /** @description Distinct client keys. */
            keys: number;
            /** @description Distinct accounts. */
            accounts: number;
            /** @description Distinct analytics models. */
            models: number;
            /**
             * Format: double
             * @description Part of the view's attempts of the same provider, account and model, whatever their outcome; 0 to 1.
             */
            share: number;
            /**
             * Format: int64
             * @description First failure ever that the view's filters let through, Unix milliseconds; null while the index is being built.
             */
            first_seen_ms: number | null;
            /**
             * Format: int64
             * @description First failure in range, Unix milliseconds.
             */
            first_in_range_ms: number;
            /**
             * Format: int64
             * @description Last failure in range, Unix milliseconds.
             */
            last_seen_ms: number;
            /** @description Whether the last one is at most ten minutes ago or, from five failures on, three usual intervals (at most an hour). */
            ongoing: boolean;
            /** @description Failures by bar, oldest first. */
            bars: number[];
            /**
             * Format: int64
             * @description Row id of the newest failure.
             */
            example_id: number;
        };
        /** @description A credential that fails. */
        FailureSource: components["schemas"]["Snapshots"] & {
            /** @description Masked account or key. */
            source?: string;
            /** @description SHA-256 (hex) of the source. */
            source_hash: string;
            /** @description The gateway's handle. */
            auth_index: string;
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Of them failed.
             */
            failure: number;
            /**
             * Format: int64
             * @description Newest event, Unix milliseconds.
             */
            last_seen_ms: number;
            /**
             * Format: double
             * @description Mean latency, milliseconds.
             */
            average_latency_ms: number | null;
        };
        /** @description Failures by cause, most frequent first. */
        FailuresAnswer: {
            /**
             * Format: int64
             * @description Attempts of the view, whatever their outcome.
             */
            requests: number;
            /**
             * Format: int64
             * @description Failed attempts of the view.
             */
            failed: number;
            /**
             * Format: int64
             * @description When it was computed, Unix milliseconds.
             */
            generated_at_ms: number;
            /** @description Where the bars of the groups stand. */
            bars: components["schemas"]["FailureBars"];
            /** @description The groups. */
            items: components["schemas"]["FailureGroup"][];
            /** @description Groups that are left out. */
            more: number;
        };
        /**
         * @description Something to group or filter by. Values that are not known are `-`.
         * @enum {string}
         */
        Field: "model" | "any_model" | "requested_model" | "resolved_model" | "provider" | "account" | "credential" | "auth_file" | "auth_index" | "auth_type" | "project" | "api_key" | "source_hash" | "executor" | "tier" | "effort" | "endpoint" | "client_ip" | "user_agent" | "status" | "status_code" | "error_kind" | "error_code" | "plan" | "minute" | "five_minutes" | "quarter_hour" | "half_hour" | "hour" | "day" | "week" | "month" | "weekday" | "hour_of_day";
        /** @description What accounts, credentials and client keys have in common. */
        Figures: components["schemas"]["Calls"] & components["schemas"]["Tokens"] & {
            /**
             * Format: double
             * @description US dollars.
             */
            cost: number;
            /**
             * Format: int64
             * @description Calls without a price.
             */
            unpriced_calls: number;
            /**
             * Format: double
             * @description Mean latency, milliseconds.
             */
            average_latency_ms: number | null;
            /**
             * Format: int64
             * @description Newest event, Unix milliseconds.
             */
            last_seen_ms: number;
            /** @description By model: cost, then calls, then newest. */
            models?: components["schemas"]["ModelStat"][];
        };
        /** @description What filters can choose from. The full form has figures, the selector form names; each has only its own members. */
        FilterOptions: {
            /** @description Accounts; without figures in the selector form. */
            account_stats: components["schemas"]["AccountStat"][];
            /** @description Client keys. */
            api_key_stats?: components["schemas"]["ApiKeyStat"][] | null;
            /** @description Channels. */
            channel_share?: components["schemas"]["ChannelShare"][] | null;
            /** @description Models with figures. */
            model_stats?: components["schemas"]["ModelStat"][] | null;
            /** @description Providers, sorted. */
            providers: string[];
            /** @description Auth files, sorted. */
            auth_files: string[];
            /** @description Projects, sorted. */
            project_ids?: string[] | null;
            /** @description Executors, sorted. */
            request_types?: string[] | null;
            /** @description Error kinds among the answers' headers, sorted. */
            header_error_kinds?: string[] | null;
            /** @description Error codes among the answers' headers, sorted. */
            header_error_codes?: string[] | null;
            /** @description Plans among the answers' headers, sorted. */
            header_quota_plans?: string[] | null;
            /** @description Trace ids of the newest 500 events that have header facts, sorted. */
            header_trace_ids?: string[] | null;
            /** @description Models, sorted. */
            models?: string[] | null;
            /** @description SHA-256 (hex) of client keys, sorted. */
            api_key_hashes?: string[] | null;
            /** @description Account names, sorted. */
            accounts?: string[] | null;
            /** @description Accounts, those without a name included. */
            account_count?: number | null;
            /** @description Client keys that are known. */
            api_key_count?: number | null;
        };
        /** @description Something to know. */
        Finding: {
            /**
             * @description Stable code: `failure_rate_high`, `credential_failing`, `credential_without_success` (of the last day),
             *     `model_failing`, `traffic_above_usual`, `traffic_below_usual`, `cost_above_usual`, `latency_above_usual`, `quota_used_up`, `quota_nearly_used`,
             *     `calls_without_price`, `collector_not_running`, `collector_error`, `records_may_be_missing`, `database_trouble`,
             *     `index_building`.
             */
            code: string;
            /** @description How grave. */
            severity: components["schemas"]["Severity"];
            /** @description What it is about. */
            subject: components["schemas"]["Subject"];
            /** @description The numbers that it rests on, by name. */
            numbers: {
                [key: string]: number;
            };
            /**
             * Format: int64
             * @description Since when, as far as is known, Unix milliseconds.
             */
            since_ms: number | null;
            /**
             * @description Stable code of what to do next: `look_at_failures`, `check_credential`, `check_model`, `look_at_traffic`,
             *     `look_at_cost`, `look_at_latency`, `wait_for_quota`, `add_prices`, `check_connection`, `look_at_gaps`,
             *     `check_database`, `wait`.
             */
            next_step: string;
            /** @description Filters under which its events are found, as of `POST /api/v1/query`. */
            filter: {
                [key: string]: string[];
            };
        };
        /** @description The answer. */
        FindingsAnswer: {
            /**
             * Format: int64
             * @description When it was computed, Unix milliseconds.
             */
            generated_at_ms: number;
            /** @description How things stand. */
            verdict: components["schemas"]["Verdict"];
            /** @description What there is to know, gravest first. */
            findings: components["schemas"]["Finding"][];
            usual: components["schemas"]["Usual"] | null;
        };
        /** @description An answer, and what it is an answer about. */
        Fresh_AccountHistoryAnswer: {
            /**
             * Format: int64
             * @description When it was computed, Unix milliseconds.
             */
            generated_at_ms: number;
            /** @description How far history reaches. */
            checkpoint: components["schemas"]["Checkpoint"];
            /** @description In the order of the request. */
            items: components["schemas"]["AccountHistory"][];
        } & {
            /**
             * Format: int64
             * @description Entry of the change feed up to which events are counted; rises with every change.
             */
            generation: number;
            partial?: components["schemas"]["Partial"] | null;
            /**
             * @description Set when a text search was cut short: the look-up of the phrase in failure texts and event hashes took too long or
             *     found more than 100,000 events, so that figures may lack some that match. Absent when the search was complete.
             */
            search_cut?: boolean;
        };
        /** @description An answer, and what it is an answer about. */
        Fresh_AccountWindowAnswer: {
            /**
             * Format: int64
             * @description When it was computed, Unix milliseconds.
             */
            generated_at_ms: number;
            /** @description In the order of the request. */
            items: components["schemas"]["AccountWindowUsage"][];
        } & {
            /**
             * Format: int64
             * @description Entry of the change feed up to which events are counted; rises with every change.
             */
            generation: number;
            partial?: components["schemas"]["Partial"] | null;
            /**
             * @description Set when a text search was cut short: the look-up of the phrase in failure texts and event hashes took too long or
             *     found more than 100,000 events, so that figures may lack some that match. Absent when the search was complete.
             */
            search_cut?: boolean;
        };
        /** @description An answer, and what it is an answer about. */
        Fresh_DashboardAnswer: {
            /**
             * Format: int64
             * @description When it was computed, Unix milliseconds.
             */
            generated_at_ms: number;
            /** @description The spans. */
            window: components["schemas"]["DashboardWindow"];
            /** @description Totals since the start of the day. */
            today: components["schemas"]["DashboardToday"];
            /** @description The 30 minutes before now. */
            rolling_30m: components["schemas"]["Rolling"];
            /** @description Models with most calls. */
            top_models_today: components["schemas"]["TopModel"][];
            /** @description Models with most cost. */
            model_cost_rank: components["schemas"]["CostRank"][];
            /** @description 24 hours from the start of the day. */
            traffic_timeline: components["schemas"]["TrafficSlot"][];
            /** @description The same hours as intensities. */
            hourly_activity: components["schemas"]["HourActivity"][];
            /** @description 144 slots of ten minutes. */
            today_request_health_timeline: components["schemas"]["HealthTimeline"];
            /** @description Four kinds of tokens. */
            token_mix: components["schemas"]["TokenShare"][];
            /** @description Channels, worst first; at most five. */
            channel_health: components["schemas"]["ChannelHealth"][];
            /** @description Failing credentials; at most five. */
            failure_sources: components["schemas"]["FailingSource"][];
            /** @description Failures, newest first. */
            recent_failures: components["schemas"]["RecentFailure"][];
        } & {
            /**
             * Format: int64
             * @description Entry of the change feed up to which events are counted; rises with every change.
             */
            generation: number;
            partial?: components["schemas"]["Partial"] | null;
            /**
             * @description Set when a text search was cut short: the look-up of the phrase in failure texts and event hashes took too long or
             *     found more than 100,000 events, so that figures may lack some that match. Absent when the search was complete.
             */
            search_cut?: boolean;
        };
        /** @description An answer, and what it is an answer about. */
        Fresh_FailuresAnswer: {
            /**
             * Format: int64
             * @description Attempts of the view, whatever their outcome.
             */
            requests: number;
            /**
             * Format: int64
             * @description Failed attempts of the view.
             */
            failed: number;
            /**
             * Format: int64
             * @description When it was computed, Unix milliseconds.
             */
            generated_at_ms: number;
            /** @description Where the bars of the groups stand. */
            bars: components["schemas"]["FailureBars"];
            /** @description The groups. */
            items: components["schemas"]["FailureGroup"][];
            /** @description Groups that are left out. */
            more: number;
        } & {
            /**
             * Format: int64
             * @description Entry of the change feed up to which events are counted; rises with every change.
             */
            generation: number;
            partial?: components["schemas"]["Partial"] | null;
            /**
             * @description Set when a text search was cut short: the look-up of the phrase in failure texts and event hashes took too long or
             *     found more than 100,000 events, so that figures may lack some that match. Absent when the search was complete.
             */
            search_cut?: boolean;
        };
        /** @description An answer, and what it is an answer about. */
        Fresh_FindingsAnswer: {
            /**
             * Format: int64
             * @description When it was computed, Unix milliseconds.
             */
            generated_at_ms: number;
            /** @description How things stand. */
            verdict: components["schemas"]["Verdict"];
            /** @description What there is to know, gravest first. */
            findings: components["schemas"]["Finding"][];
            usual: components["schemas"]["Usual"] | null;
        } & {
            /**
             * Format: int64
             * @description Entry of the change feed up to which events are counted; rises with every change.
             */
            generation: number;
            partial?: components["schemas"]["Partial"] | null;
            /**
             * @description Set when a text search was cut short: the look-up of the phrase in failure texts and event hashes took too long or
             *     found more than 100,000 events, so that figures may lack some that match. Absent when the search was complete.
             */
            search_cut?: boolean;
        };
        /** @description An answer, and what it is an answer about. */
        Fresh_HeaderSnapshotsAnswer: {
            /**
             * Format: int64
             * @description When it was computed, Unix milliseconds.
             */
            generated_at_ms: number;
            /**
             * Format: int64
             * @description Start of the span, Unix milliseconds.
             */
            from_ms: number;
            /**
             * Format: int64
             * @description End of the span: now.
             */
            to_ms: number;
            /** @description One for each credential, newest first. */
            items: components["schemas"]["HeaderSnapshot"][];
        } & {
            /**
             * Format: int64
             * @description Entry of the change feed up to which events are counted; rises with every change.
             */
            generation: number;
            partial?: components["schemas"]["Partial"] | null;
            /**
             * @description Set when a text search was cut short: the look-up of the phrase in failure texts and event hashes took too long or
             *     found more than 100,000 events, so that figures may lack some that match. Absent when the search was complete.
             */
            search_cut?: boolean;
        };
        /** @description An answer, and what it is an answer about. */
        Fresh_MonitoringAnswer: {
            /**
             * Format: int64
             * @description When it was computed, Unix milliseconds.
             */
            generated_at_ms: number;
            /** @description `hour` or `day`: width of the timelines' buckets. */
            granularity: string;
            summary?: components["schemas"]["Summary"] | null;
            summary_comparison?: components["schemas"]["Comparison"] | null;
            /** @description By bucket, ascending; only buckets with events. */
            timeline?: components["schemas"]["TimelinePoint"][] | null;
            /** @description By hour of the day, ascending; only hours with events. */
            hourly_distribution?: components["schemas"]["HourShare"][] | null;
            /** @description By weekday and hour, ascending; only cells with events. */
            heatmap?: components["schemas"]["HeatmapCell"][] | null;
            /** @description Buckets that stand out, strongest first; at most 50. */
            anomaly_points?: components["schemas"]["AnomalyPoint"][] | null;
            /** @description By model, most calls first. */
            model_share?: components["schemas"]["ModelShare"][] | null;
            /** @description By model, most calls first. */
            model_stats?: components["schemas"]["ModelStat"][] | null;
            /** @description By handle, most calls first. */
            channel_share?: components["schemas"]["ChannelShare"][] | null;
            /** @description Failing credentials, most failures first. */
            failure_sources?: components["schemas"]["FailureSource"][] | null;
            /** @description By account, newest first. */
            account_stats?: components["schemas"]["AccountStat"][] | null;
            /** @description By credential, most expensive first. */
            credential_stats?: components["schemas"]["CredentialStat"][] | null;
            /** @description By bucket and credential, ascending. */
            credential_timeline?: components["schemas"]["CredentialPoint"][] | null;
            /** @description By bucket and client key, ascending. */
            api_key_timeline?: components["schemas"]["ApiKeyPoint"][] | null;
            /** @description By client key, newest first. */
            api_key_stats?: components["schemas"]["ApiKeyStat"][] | null;
            filter_options?: components["schemas"]["FilterOptions"] | null;
            /** @description Groups of events, newest first; at most 500. */
            task_buckets?: components["schemas"]["TaskBucket"][] | null;
            /** @description Failures, newest first. */
            recent_failures?: components["schemas"]["RecentFailure"][] | null;
            events?: components["schemas"]["MonitoringEvents"] | null;
            drilldown_preview?: components["schemas"]["MonitoringEvents"] | null;
        } & {
            /**
             * Format: int64
             * @description Entry of the change feed up to which events are counted; rises with every change.
             */
            generation: number;
            partial?: components["schemas"]["Partial"] | null;
            /**
             * @description Set when a text search was cut short: the look-up of the phrase in failure texts and event hashes took too long or
             *     found more than 100,000 events, so that figures may lack some that match. Absent when the search was complete.
             */
            search_cut?: boolean;
        };
        /** @description An answer, and what it is an answer about. */
        Fresh_QueryAnswer: {
            /**
             * Format: int64
             * @description When it was computed, Unix milliseconds.
             */
            generated_at_ms: number;
            /**
             * Format: int64
             * @description Start of the span.
             */
            from_ms: number;
            /**
             * Format: int64
             * @description End of the span.
             */
            to_ms: number;
            compared_with?: components["schemas"]["QuerySpan"] | null;
            /** @description The dimensions, in the order of each row's keys. */
            dimensions: components["schemas"]["Field"][];
            /**
             * @description Starts of all buckets of each dimension that is a span of time, those without events included. Of a span with more
             *     than 20,000 of them only those around its events.
             */
            buckets: {
                [key: string]: number[];
            };
            /** @description Groups that have events; of a comparison also those that only the earlier span has, with figures of no events. */
            rows: components["schemas"]["QueryRow"][];
            /** @description Groups in all, those beyond the limit included. */
            total_rows: number;
            others?: components["schemas"]["QueryRow"] | null;
            /** @description All events of the span. */
            totals: components["schemas"]["QueryRow"];
            /** @description Models of calls without a price, sorted; when `cost` or `average_cost` was asked for. */
            unpriced_models?: string[] | null;
        } & {
            /**
             * Format: int64
             * @description Entry of the change feed up to which events are counted; rises with every change.
             */
            generation: number;
            partial?: components["schemas"]["Partial"] | null;
            /**
             * @description Set when a text search was cut short: the look-up of the phrase in failure texts and event hashes took too long or
             *     found more than 100,000 events, so that figures may lack some that match. Absent when the search was complete.
             */
            search_cut?: boolean;
        };
        /** @description A period in which records may be missing. */
        GapDocument: {
            /**
             * Format: int64
             * @description Row id; 0 for the gap that lasts, which has none yet.
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
             * @description Records known or estimated to be lost, if that can be said; so far, while it lasts.
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
        /** @description Answer of `GET /api/v1/gateway-settings`. Absent or null: the gateway does not say. */
        GatewaySettings: {
            /** @description Writes debug messages. */
            debug?: boolean | null;
            /** @description Writes its log to files. */
            logging_to_file?: boolean | null;
            /** @description Keeps a log of every request. */
            request_log?: boolean | null;
            /**
             * Format: int64
             * @description How often a failed request is tried again.
             */
            request_retry?: number | null;
            /** @description Asks for a client key on web sockets. */
            ws_auth?: boolean | null;
            /** @description How it chooses a credential: `round-robin`, `weighted-round-robin` or `fill-first`. */
            routing_strategy?: string | null;
            /** @description Host and port of the proxy that it uses itself; empty without one. */
            proxy_host?: string | null;
            /** @description Publishes usage records. */
            usage_statistics_enabled?: boolean | null;
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
        /** @description Facts of the answer's headers that lists show. */
        HeaderFields: {
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
            /** @description Plan. */
            header_quota_plan_type?: string;
            /** @description `auth`, `identity` or `rate_limit`. */
            header_error_kind?: string;
            /** @description The provider's code. */
            header_error_code?: string;
            /** @description First trace id. */
            header_trace_id?: string;
        };
        /** @description The newest event of a credential whose answer told anything. */
        HeaderSnapshot: components["schemas"]["HeaderFields"] & {
            /**
             * Format: int64
             * @description Row id.
             */
            id: number;
            /** @description Identity. */
            event_hash: string;
            /**
             * Format: int64
             * @description Start, Unix milliseconds.
             */
            timestamp_ms: number;
            /** @description Display model. */
            model?: string;
            /** @description Analytics model. */
            analytics_model?: string;
            /** @description What the client asked for. */
            requested_model?: string;
            /** @description What the provider was asked for. */
            resolved_model?: string;
            /** @description Auth file. */
            auth_file_snapshot?: string;
            /** @description The gateway's handle. */
            auth_index?: string;
            /** @description Account. */
            account_snapshot?: string;
            /** @description Label. */
            auth_label_snapshot?: string;
            /** @description Provider of the credential, else of the event. */
            auth_provider_snapshot?: string;
            /** @description Project. */
            auth_project_id_snapshot?: string;
            /** @description Masked account or key. */
            source?: string;
            /** @description SHA-256 (hex) of the source. */
            source_hash?: string;
            response_metadata?: components["schemas"]["ResponseMetadata"] | null;
        };
        /** @description The answer. */
        HeaderSnapshotsAnswer: {
            /**
             * Format: int64
             * @description When it was computed, Unix milliseconds.
             */
            generated_at_ms: number;
            /**
             * Format: int64
             * @description Start of the span, Unix milliseconds.
             */
            from_ms: number;
            /**
             * Format: int64
             * @description End of the span: now.
             */
            to_ms: number;
            /** @description One for each credential, newest first. */
            items: components["schemas"]["HeaderSnapshot"][];
        };
        /** @description Answer of `GET /health`. */
        Health: {
            /** @description Always true. */
            ok: boolean;
            /** @description Always `cpa-manager-plus`. */
            service: string;
        };
        /** @description Ten minutes. */
        HealthPoint: {
            /**
             * Format: int64
             * @description Start, Unix milliseconds.
             */
            bucket_ms: number;
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Total tokens.
             */
            tokens: number;
            /**
             * Format: int64
             * @description Successful events.
             */
            success: number;
            /**
             * Format: int64
             * @description Failed events.
             */
            failure: number;
            /**
             * Format: double
             * @description Successful part, 0 to 1.
             */
            success_rate: number;
            /**
             * Format: double
             * @description Failed part, 0 to 1.
             */
            failure_rate: number;
            /** @description `future`, `empty`, `bad` (a tenth or more fails), `warn` or `good`. */
            tone: string;
            /**
             * Format: double
             * @description Calls as a part of the busiest slot's, 0 to 1.
             */
            intensity: number;
            /** @description Whether it begins after now. */
            future: boolean;
        };
        /** @description Health in slots of ten minutes. */
        HealthTimeline: {
            /**
             * Format: int64
             * @description Start of the day, Unix milliseconds.
             */
            from_ms: number;
            /**
             * Format: int64
             * @description 24 hours later.
             */
            to_ms: number;
            /**
             * Format: int64
             * @description Width of a slot, milliseconds.
             */
            bucket_ms: number;
            /**
             * Format: int64
             * @description Successful events.
             */
            success_calls: number;
            /**
             * Format: int64
             * @description Failed events.
             */
            failure_calls: number;
            /**
             * Format: int64
             * @description Events.
             */
            total_calls: number;
            /**
             * Format: double
             * @description Successful part, 0 to 1.
             */
            success_rate: number;
            /** @description The slots. */
            points: components["schemas"]["HealthPoint"][];
        };
        /** @description A weekday's hour. */
        HeatmapCell: {
            /**
             * Format: int32
             * @description 0 = Sunday to 6, local.
             */
            weekday: number;
            /**
             * Format: int32
             * @description 0 to 23, local.
             */
            hour: number;
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Of them successful.
             */
            success: number;
            /**
             * Format: int64
             * @description Of them failed.
             */
            failure: number;
            /**
             * Format: int64
             * @description Total tokens.
             */
            tokens: number;
            /**
             * Format: double
             * @description US dollars.
             */
            cost: number;
            /**
             * Format: int64
             * @description Calls without a price.
             */
            unpriced_calls: number;
            /**
             * Format: double
             * @description Failed part, 0 to 1.
             */
            failure_rate: number;
            /** @description The five models with most calls. */
            model_contributors?: components["schemas"]["Contributor"][];
            /** @description The five client keys with most calls. */
            api_key_contributors?: components["schemas"]["Contributor"][];
            /** @description The five providers with most calls. */
            provider_contributors?: components["schemas"]["Contributor"][];
        };
        /** @description An hour of the day as an intensity. */
        HourActivity: {
            /** @description 0 to 23. */
            hour_index: number;
            /**
             * Format: int64
             * @description Start, Unix milliseconds.
             */
            bucket_ms: number;
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Total tokens.
             */
            tokens: number;
            /**
             * Format: double
             * @description The larger of both shares, 0 to 1.
             */
            intensity: number;
        };
        /** @description An hour of the day. */
        HourShare: {
            /**
             * Format: int32
             * @description 0 to 23, local.
             */
            hour: number;
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Total tokens.
             */
            tokens: number;
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
        /** @description The column index: a cache beside the database that answers analytics. */
        IndexDocument: {
            /** @description `starting`, `ready`, `building`, `repairing`, `disk_full`, `failing` or `stopped`. */
            state: string;
            /**
             * Format: int64
             * @description Entry of the change feed up to which it goes; -1 before anything was read.
             */
            generation: number;
            /**
             * Format: int64
             * @description Entries of the feed that it has not taken yet.
             */
            lag: number;
            /**
             * Format: int64
             * @description Events in it.
             */
            events: number;
            /**
             * Format: int64
             * @description Events that it should have; more than `events` while it is being built.
             */
            eventsExpected: number;
            /**
             * Format: int64
             * @description Complete segments.
             */
            segments: number;
            /**
             * Format: int64
             * @description Ranges of events that are still to be read.
             */
            missingSegments: number;
            /**
             * Format: int64
             * @description Files in the cache directory, bytes.
             */
            diskBytes: number;
            /**
             * Format: int64
             * @description Of them for text that is unique per event, bytes.
             */
            textBytes: number;
            /**
             * Format: int64
             * @description Columns held in memory at the moment, bytes.
             */
            memoryBytes: number;
            /**
             * Format: int64
             * @description Rows read from the database since the process started.
             */
            rowsRead: number;
            /** @description Costs are being computed with other prices. */
            repricing: boolean;
            /** @description Why segments were made anew the last time; empty if never. */
            rebuildReason: string;
            /**
             * Format: int64
             * @description When that began, Unix milliseconds.
             */
            rebuiltAtMs?: number | null;
            /** @description What is wrong; empty if nothing is. */
            error: string;
        };
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
        /** @description A value of a dimension: a number for parts of time, else a text. */
        Key: number | string;
        /** @description The name of a client key. */
        KeyAlias: {
            /** @description SHA-256 of the key, 64 hexadecimal digits. */
            apiKeyHash: string;
            /** @description 1 to 120 characters; no two differ in case only. */
            alias: string;
            /**
             * Format: int64
             * @description Last change, Unix milliseconds; taken as given when above 0.
             */
            updatedAtMs?: number;
        };
        /** @description Names of client keys, in alphabetical order. */
        KeyAliasList: {
            /** @description The names. */
            items: components["schemas"]["KeyAlias"][];
        };
        /** @description Body of `PUT /v0/management/api-key-aliases`. */
        KeyAliasUpdate: {
            /**
             * @description The names to set; others stay. Required.
             * @default null
             */
            items: components["schemas"]["KeyAlias"][] | null;
            /**
             * @description Hashes of the keys that the gateway still accepts.
             * @default []
             */
            activeApiKeyHashes?: string[];
            /**
             * @description A name that a key outside that list has may be taken from it.
             * @default false
             */
            allowOrphanAliasCleanup?: boolean;
        };
        /** @description A client key on one credential. */
        KeyContext: components["schemas"]["Snapshots"] & {
            /** @description Provider, account, label, handle, source hash and source, joined by colons. */
            id: string;
            /** @description The gateway's handle. */
            auth_index?: string;
            /** @description Masked account or key. */
            source?: string;
            /** @description SHA-256 (hex) of the source. */
            source_hash?: string;
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Of them successful.
             */
            success_calls: number;
            /**
             * Format: int64
             * @description Of them failed.
             */
            failure_calls: number;
            /**
             * Format: double
             * @description Successful part, 0 to 1.
             */
            success_rate: number;
            /**
             * Format: double
             * @description Failed part, 0 to 1.
             */
            failure_rate: number;
            /**
             * Format: int64
             * @description Total tokens.
             */
            total_tokens: number;
            /**
             * Format: double
             * @description US dollars.
             */
            cost: number;
            /**
             * Format: int64
             * @description Calls without a price.
             */
            unpriced_calls: number;
            /**
             * Format: double
             * @description Mean latency, milliseconds.
             */
            average_latency_ms: number | null;
            /**
             * Format: int64
             * @description Newest event, Unix milliseconds.
             */
            last_seen_ms: number;
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
        /**
         * @description What is measured.
         * @enum {string}
         */
        Measure: "calls" | "successes" | "failures" | "success_rate" | "failure_rate" | "input_tokens" | "output_tokens" | "cached_tokens" | "cache_read_tokens" | "cached_input_tokens" | "cache_creation_tokens" | "reasoning_tokens" | "total_tokens" | "cache_hit_rate" | "cost" | "average_cost" | "unpriced_calls" | "zero_token_calls" | "average_latency_ms" | "max_latency_ms" | "latency_p50_ms" | "latency_p90_ms" | "latency_p95_ms" | "latency_p99_ms" | "ttft_p50_ms" | "ttft_p90_ms" | "ttft_p95_ms" | "ttft_p99_ms" | "tokens_per_second" | "first_seen_ms" | "last_seen_ms";
        /** @description The credentials behind a row. */
        Members: {
            /** @description Handles, sorted. */
            auth_indices?: string[];
            /** @description Masked accounts or keys, sorted. */
            sources?: string[];
            /** @description SHA-256 (hex) of the sources, sorted. */
            source_hashes?: string[];
        };
        /** @description How often a model name occurs. */
        ModelCalls: {
            /** @description The name. */
            model: string;
            /**
             * Format: int64
             * @description The sum of the other two.
             */
            calls: number;
            /**
             * Format: int64
             * @description Events that were asked for under this name (without a reasoning suffix).
             */
            requested_calls: number;
            /**
             * Format: int64
             * @description Events that went to the provider under this name, where it differs from what was asked for.
             */
            resolved_calls: number;
        };
        /** @description The price of a model. */
        ModelPrice: {
            /**
             * @description Where it comes from: `models.dev`, `litellm`, `openrouter`, `bundled`, or what the client chose.
             * @default
             */
            source?: string;
            /**
             * @description The model's id there.
             * @default
             */
            sourceModelId?: string;
            /**
             * @description The source's entry as it was; may be large.
             * @default
             */
            rawJson?: string;
            /**
             * @description Other rates for large inputs, by threshold.
             * @default []
             */
            contextTiers?: components["schemas"]["ContextTier"][];
            /**
             * @description Other rates for service tiers, by mode and tier.
             * @default []
             */
            serviceTiers?: components["schemas"]["ServiceTier"][];
            /**
             * Format: int64
             * @description Last write, Unix milliseconds; set by the server.
             * @default 0
             */
            updatedAtMs?: number;
            /**
             * Format: int64
             * @description Last synchronisation, Unix milliseconds.
             * @default 0
             */
            syncedAtMs?: number;
            /**
             * Format: double
             * @description Uncached input, US dollars per 1,000,000 tokens, 0 or more.
             * @default 0
             */
            prompt?: number;
            /**
             * Format: double
             * @description Output, likewise.
             * @default 0
             */
            completion?: number;
            /**
             * Format: double
             * @description Cached input in the older sense, likewise.
             * @default 0
             */
            cache?: number;
            /**
             * Format: double
             * @description Input read from the provider's cache, likewise.
             * @default 0
             */
            cacheRead?: number;
            /**
             * Format: double
             * @description Input written to the provider's cache, likewise.
             * @default 0
             */
            cacheCreation?: number;
            /**
             * @description `prompt` is meant, also when it is 0.
             * @default false
             */
            promptConfigured?: boolean;
            /**
             * @description `completion` is meant, also when it is 0.
             * @default false
             */
            completionConfigured?: boolean;
            /**
             * @description `cache` is meant, also when it is 0; in tiers only.
             * @default false
             */
            cacheConfigured?: boolean;
            /**
             * @description `cacheRead` is meant, also when it is 0.
             * @default false
             */
            cacheReadConfigured?: boolean;
            /**
             * @description `cacheCreation` is meant, also when it is 0.
             * @default false
             */
            cacheCreationConfigured?: boolean;
        };
        /** @description Which models a quota window covers; absent = all of them. */
        ModelScope: {
            /**
             * @description `all`, `family`, `models`, `product` or `feature`.
             * @default
             */
            kind?: string;
            /**
             * @description Name of the family, product or feature; families: `codex_main`, `claude_gpt`, `gemini`.
             * @default
             */
            key?: string;
            /**
             * @description Models.
             * @default []
             */
            models?: string[];
            /**
             * @description Whether key and models say everything; true for all, family and models unless said otherwise.
             * @default null
             */
            complete?: boolean | null;
        };
        /** @description Short figures of a model. */
        ModelShare: {
            /** @description Analytics model. */
            model: string;
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Total tokens.
             */
            tokens: number;
            /**
             * Format: double
             * @description US dollars.
             */
            cost: number;
            /**
             * Format: int64
             * @description Calls without a price.
             */
            unpriced_calls: number;
        };
        /** @description Figures of a model. */
        ModelStat: components["schemas"]["Calls"] & components["schemas"]["Tokens"] & {
            /** @description Analytics model. */
            model: string;
            /**
             * Format: int64
             * @description Input tokens from a cache.
             */
            cache_hit_tokens: number;
            /**
             * Format: int64
             * @description Input tokens.
             */
            cache_hit_input_tokens: number;
            /**
             * Format: double
             * @description Share of the input that came from a cache, 0 to 1.
             */
            cache_hit_rate: number;
            /**
             * Format: double
             * @description US dollars.
             */
            cost: number;
            /**
             * Format: int64
             * @description Calls without a price.
             */
            unpriced_calls: number;
            /**
             * Format: int64
             * @description Newest event, Unix milliseconds; in nested lists.
             */
            last_seen_ms?: number | null;
        };
        /** @description The answer. A section is present when it was asked for, also when it is empty. */
        MonitoringAnswer: {
            /**
             * Format: int64
             * @description When it was computed, Unix milliseconds.
             */
            generated_at_ms: number;
            /** @description `hour` or `day`: width of the timelines' buckets. */
            granularity: string;
            summary?: components["schemas"]["Summary"] | null;
            summary_comparison?: components["schemas"]["Comparison"] | null;
            /** @description By bucket, ascending; only buckets with events. */
            timeline?: components["schemas"]["TimelinePoint"][] | null;
            /** @description By hour of the day, ascending; only hours with events. */
            hourly_distribution?: components["schemas"]["HourShare"][] | null;
            /** @description By weekday and hour, ascending; only cells with events. */
            heatmap?: components["schemas"]["HeatmapCell"][] | null;
            /** @description Buckets that stand out, strongest first; at most 50. */
            anomaly_points?: components["schemas"]["AnomalyPoint"][] | null;
            /** @description By model, most calls first. */
            model_share?: components["schemas"]["ModelShare"][] | null;
            /** @description By model, most calls first. */
            model_stats?: components["schemas"]["ModelStat"][] | null;
            /** @description By handle, most calls first. */
            channel_share?: components["schemas"]["ChannelShare"][] | null;
            /** @description Failing credentials, most failures first. */
            failure_sources?: components["schemas"]["FailureSource"][] | null;
            /** @description By account, newest first. */
            account_stats?: components["schemas"]["AccountStat"][] | null;
            /** @description By credential, most expensive first. */
            credential_stats?: components["schemas"]["CredentialStat"][] | null;
            /** @description By bucket and credential, ascending. */
            credential_timeline?: components["schemas"]["CredentialPoint"][] | null;
            /** @description By bucket and client key, ascending. */
            api_key_timeline?: components["schemas"]["ApiKeyPoint"][] | null;
            /** @description By client key, newest first. */
            api_key_stats?: components["schemas"]["ApiKeyStat"][] | null;
            filter_options?: components["schemas"]["FilterOptions"] | null;
            /** @description Groups of events, newest first; at most 500. */
            task_buckets?: components["schemas"]["TaskBucket"][] | null;
            /** @description Failures, newest first. */
            recent_failures?: components["schemas"]["RecentFailure"][] | null;
            events?: components["schemas"]["MonitoringEvents"] | null;
            drilldown_preview?: components["schemas"]["MonitoringEvents"] | null;
        };
        /** @description An event. */
        MonitoringEvent: components["schemas"]["HeaderFields"] & {
            /**
             * Format: int64
             * @description Row id.
             */
            id: number;
            /** @description The gateway's request id. */
            request_id?: string;
            /** @description Identity. */
            event_hash: string;
            /**
             * Format: int64
             * @description Start, Unix milliseconds.
             */
            timestamp_ms: number;
            /** @description Display model. */
            model: string;
            /** @description Analytics model. */
            analytics_model?: string;
            /** @description What the client asked for. */
            requested_model?: string;
            /** @description What the provider was asked for. */
            resolved_model?: string;
            /** @description Method and route pattern. */
            endpoint: string;
            /** @description HTTP method. */
            method: string;
            /** @description Route pattern. */
            path: string;
            /** @description Client address. */
            client_ip?: string;
            /** @description The client's `X-Forwarded-For`. */
            x_forwarded_for?: string;
            /** @description The client's user agent. */
            user_agent?: string;
            /** @description The gateway's handle of the credential. */
            auth_index: string;
            /** @description `apikey`, `oauth` or `unknown`. */
            auth_type?: string;
            /** @description Provider of the event. */
            provider?: string;
            /** @description Masked account or key. */
            source: string;
            /** @description SHA-256 (hex) of the source. */
            source_hash: string;
            /** @description SHA-256 (hex) of the client key. */
            api_key_hash: string;
            /** @description Account when collected. */
            account_snapshot: string;
            /** @description Label when collected. */
            auth_label_snapshot: string;
            /** @description Provider of the credential, else of the event. */
            auth_provider_snapshot: string;
            /** @description Auth file when collected. */
            auth_file_snapshot?: string;
            /** @description Project when collected. */
            auth_project_id_snapshot?: string;
            /** @description Reasoning effort. */
            reasoning_effort?: string;
            /** @description Effective service tier. */
            service_tier?: string;
            /** @description Executor. */
            executor_type?: string;
            /**
             * Format: int64
             * @description Input, cache tokens included.
             */
            input_tokens: number;
            /**
             * Format: int64
             * @description Output.
             */
            output_tokens: number;
            /**
             * Format: int64
             * @description Cached tokens that read and creation do not cover.
             */
            cached_tokens: number;
            /**
             * Format: int64
             * @description Read from a cache.
             */
            cache_read_tokens: number;
            /**
             * Format: int64
             * @description Written to a cache.
             */
            cache_creation_tokens: number;
            /**
             * Format: int64
             * @description Reasoning.
             */
            reasoning_tokens: number;
            /**
             * Format: int64
             * @description Total as recorded.
             */
            total_tokens: number;
            /**
             * Format: int64
             * @description Milliseconds to the end of the body.
             */
            latency_ms: number | null;
            /**
             * Format: int64
             * @description Milliseconds to the first byte.
             */
            ttft_ms: number | null;
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
        /** @description A page of events, newest first. */
        MonitoringEvents: {
            /** @description The events. */
            items: components["schemas"]["MonitoringEvent"][];
            /**
             * Format: int64
             * @description Cursor of the next page; 0 at the end.
             */
            next_before_ms: number;
            /**
             * Format: int64
             * @description Cursor of the next page; 0 at the end.
             */
            next_before_id: number;
            /** @description Whether there are more. */
            has_more: boolean;
            /**
             * Format: int64
             * @description Events that match, whatever the cursor; in previews the events of the answer.
             */
            total_count: number;
        };
        /** @description Which events: values of one list are alternatives, lists narrow. Blanks and duplicates are ignored. */
        MonitoringFilters: {
            /**
             * @description Analytics model, exact; a reasoning suffix of the value is ignored.
             * @default []
             */
            models?: string[];
            /**
             * @description Provider or provider of the credential, in any case of letters.
             * @default []
             */
            providers?: string[];
            /**
             * @description Account, label, masked source or `auth_index`, in any case of letters.
             * @default []
             */
            accounts?: string[];
            /**
             * @description First of auth file, `auth_index`, source hash, source that is known; `-` if none is.
             * @default []
             */
            credential_ids?: string[];
            /**
             * @description Auth file.
             * @default []
             */
            auth_files?: string[];
            /**
             * @description The gateway's handles of credentials.
             * @default []
             */
            auth_indices?: string[];
            /**
             * @description SHA-256 (hex) of client keys.
             * @default []
             */
            api_key_hashes?: string[];
            /**
             * @description SHA-256 (hex) of upstream sources.
             * @default []
             */
            source_hashes?: string[];
            /**
             * @description Projects of credentials.
             * @default []
             */
            project_ids?: string[];
            /**
             * @description Executors.
             * @default []
             */
            request_types?: string[];
            /**
             * @description Error kinds among the answers' headers.
             * @default []
             */
            header_error_kinds?: string[];
            /**
             * @description Error codes among the answers' headers.
             * @default []
             */
            header_error_codes?: string[];
            /**
             * @description Plans among the answers' headers.
             * @default []
             */
            header_quota_plans?: string[];
            /**
             * @description Trace ids among the answers' headers.
             * @default []
             */
            header_trace_ids?: string[];
            /**
             * @description `false` = only successes.
             * @default null
             */
            include_failed?: boolean | null;
            /**
             * @description `true` = only failures.
             * @default false
             */
            failed_only?: boolean;
            /**
             * Format: int64
             * @description Latency of at least this many milliseconds; 0 = any.
             * @default 0
             */
            min_latency_ms?: number;
            /**
             * @description `hit` (any cache counter above zero), `miss`, `read` or `creation`; anything else is ignored.
             * @default
             */
            cache_status?: string;
        };
        /** @description Which sections to answer. */
        MonitoringInclude: {
            /**
             * @description Totals.
             * @default false
             */
            summary?: boolean;
            /**
             * @description `compact` leaves out the expensive members of the totals.
             * @default
             */
            summary_profile?: string;
            /**
             * @description Percentiles also in the compact totals.
             * @default false
             */
            summary_percentiles?: boolean;
            /**
             * @description The same span before; only together with `summary`.
             * @default false
             */
            summary_comparison?: boolean;
            /**
             * @description Figures by hour or day.
             * @default false
             */
            timeline?: boolean;
            /**
             * @description Figures by hour of the day.
             * @default false
             */
            hourly_distribution?: boolean;
            /**
             * @description Figures by weekday and hour.
             * @default false
             */
            heatmap?: boolean;
            /**
             * @description Buckets that stand out from the one before.
             * @default false
             */
            anomaly_points?: boolean;
            /**
             * @description Short figures by model.
             * @default false
             */
            model_share?: boolean;
            /**
             * @description Figures by model.
             * @default false
             */
            model_stats?: boolean;
            /**
             * @description Figures by `auth_index`.
             * @default false
             */
            channel_share?: boolean;
            /**
             * @description Failing credentials.
             * @default false
             */
            failure_sources?: boolean;
            /**
             * @description Figures by account.
             * @default false
             */
            account_stats?: boolean;
            /**
             * @description Figures by credential.
             * @default false
             */
            credential_stats?: boolean;
            /**
             * @description Figures by credential and bucket.
             * @default false
             */
            credential_timeline?: boolean;
            /**
             * @description Figures by client key and bucket.
             * @default false
             */
            api_key_timeline?: boolean;
            /**
             * @description Figures by client key.
             * @default false
             */
            api_key_stats?: boolean;
            /**
             * @description Events that share time, source and credential.
             * @default false
             */
            task_buckets?: boolean;
            /**
             * @description What filters can choose from, with figures.
             * @default false
             */
            filter_options?: boolean;
            /**
             * @description What filters can choose from, as names.
             * @default false
             */
            filter_selectors?: boolean;
            /**
             * Format: int64
             * @description How many of the newest failures.
             * @default 0
             */
            recent_failures?: number;
            /** @default null */
            events_page?: components["schemas"]["EventsPageRequest"] | null;
            /** @default null */
            drilldown_preview?: components["schemas"]["DrilldownRequest"] | null;
            /**
             * @description `hour` or `day`; otherwise hours up to 24 hours of range, then days.
             * @default
             */
            granularity?: string;
        };
        /** @description What to find out about the events of a span. */
        MonitoringRequest: {
            /**
             * Format: int64
             * @description From this time on, Unix milliseconds; required.
             * @default 0
             */
            from_ms?: number;
            /**
             * Format: int64
             * @description Before this time, Unix milliseconds; required.
             * @default 0
             */
            to_ms?: number;
            /**
             * Format: int64
             * @description End of the 30-minute window of the rates; the server's time when absent or not positive.
             * @default 0
             */
            now_ms?: number;
            /**
             * @description IANA zone of buckets and days; empty = UTC.
             * @default
             */
            time_zone?: string;
            /**
             * @description A phrase that must occur, in any case of letters, in one of the searched fields. `%` and `_` stand for themselves.
             * @default
             */
            search_query?: string;
            /**
             * @description SHA-256 (hex) of a client key; with `search_query` one of the two suffices.
             * @default
             */
            search_api_key_hash?: string;
            /**
             * @description Which events.
             * @default {
             *       "models": [],
             *       "providers": [],
             *       "accounts": [],
             *       "credential_ids": [],
             *       "auth_files": [],
             *       "auth_indices": [],
             *       "api_key_hashes": [],
             *       "source_hashes": [],
             *       "project_ids": [],
             *       "request_types": [],
             *       "header_error_kinds": [],
             *       "header_error_codes": [],
             *       "header_quota_plans": [],
             *       "header_trace_ids": [],
             *       "include_failed": null,
             *       "failed_only": false,
             *       "min_latency_ms": 0,
             *       "cache_status": ""
             *     }
             */
            filters?: components["schemas"]["MonitoringFilters"];
            /**
             * @description Which sections to answer.
             * @default {
             *       "summary": false,
             *       "summary_profile": "",
             *       "summary_percentiles": false,
             *       "summary_comparison": false,
             *       "timeline": false,
             *       "hourly_distribution": false,
             *       "heatmap": false,
             *       "anomaly_points": false,
             *       "model_share": false,
             *       "model_stats": false,
             *       "channel_share": false,
             *       "failure_sources": false,
             *       "account_stats": false,
             *       "credential_stats": false,
             *       "credential_timeline": false,
             *       "api_key_timeline": false,
             *       "api_key_stats": false,
             *       "task_buckets": false,
             *       "filter_options": false,
             *       "filter_selectors": false,
             *       "recent_failures": 0,
             *       "events_page": null,
             *       "drilldown_preview": null,
             *       "granularity": ""
             *     }
             */
            include?: components["schemas"]["MonitoringInclude"];
        };
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
        /**
         * @description Numbers of an event.
         * @enum {string}
         */
        NumberField: "input_tokens" | "output_tokens" | "cached_tokens" | "cache_read_tokens" | "cache_creation_tokens" | "reasoning_tokens" | "total_tokens" | "latency_ms" | "ttft_ms";
        /** @description How much of the events is counted. */
        Partial: {
            /**
             * Format: double
             * @description Part of the events that is counted, 0 to 1.
             */
            progress: number;
            /**
             * Format: int64
             * @description Events that are counted.
             */
            events: number;
            /**
             * Format: int64
             * @description Events in the database.
             */
            of: number;
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
             * @description `en`, `zh-CN`, `zh-TW` or `ru`.
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
        /** @description Body of `PUT /api/v1/prices/{model}`. */
        PriceEdit: {
            /**
             * @description The new price: at least one rate above 0 or with its flag, also of a tier. Without a `source` it counts as typed by a
             *     person. Members that are not known are refused.
             */
            price: components["schemas"]["ModelPrice"];
            /** @description With versions: replace the model's history instead of beginning a new version. */
            all_history?: boolean;
        };
        /** @description A model's price with its history. */
        PriceItem: {
            /** @description The model name that it prices. */
            model: string;
            /** @description `stored`, `bundled` or `built_in`. */
            origin: string;
            /** @description Whether a synchronisation must not touch it. */
            locked: boolean;
            /** @description Whether a person typed it: a synchronisation replaces it only when told so. */
            manual: boolean;
            /** @description Its versions, the newest last; never empty. */
            versions: components["schemas"]["PriceVersion"][];
        };
        /** @description Answer of `GET /api/v1/prices`. */
        PriceList: {
            /**
             * Format: int64
             * @description Rises with every change of stored prices.
             */
            generation: number;
            /** @description Whether an edited price begins a new version; if not, it applies to all of history. */
            versioned: boolean;
            /** @description `breakdown` or `counters`. */
            cost_basis: string;
            /** @description The list prices that come with the program. */
            bundled: components["schemas"]["BundledInfo"];
            /** @description How the catalogues answered the last time. */
            sources: components["schemas"]["PriceSourceState"][];
            /** @description By model name. */
            items: components["schemas"]["PriceItem"][];
        };
        /** @description Body of `PUT /api/v1/prices/{model}/lock`. */
        PriceLock: {
            /** @description Whether a synchronisation must not touch the price. */
            locked: boolean;
        };
        /** @description The stored prices by model. In a request the whole table, which replaces the stored one. */
        PriceMap: {
            /** @description By model name, exactly as events name it. */
            prices: {
                [key: string]: components["schemas"]["ModelPrice"];
            };
        };
        /** @description What a change of a price does to the total of a range. Nothing is changed by asking. */
        PricePreview: {
            /** @description By the prices in force. */
            before: components["schemas"]["CostSum"];
            /** @description With the change. */
            after: components["schemas"]["CostSum"];
            /**
             * Format: double
             * @description `after` less `before`, US dollars.
             */
            difference_usd: number;
        };
        /** @description Body of `POST /api/v1/prices/preview`. */
        PricePreviewRequest: {
            /** @description The model. */
            model: string;
            price?: components["schemas"]["ModelPrice"] | null;
            /** @description As in the edit. */
            all_history?: boolean;
            /**
             * Format: int64
             * @description From this time on, Unix milliseconds.
             */
            from_ms: number;
            /**
             * Format: int64
             * @description Before this time, Unix milliseconds.
             */
            to_ms: number;
        };
        /** @description How a price catalogue answered the last time. */
        PriceSourceState: {
            /** @description Its name. */
            source: string;
            /**
             * Format: int64
             * @description When it was asked, Unix milliseconds.
             */
            asked_at_ms: number;
            /** @description Why that failed. */
            error?: string | null;
            /**
             * Format: int64
             * @description When it last answered well, Unix milliseconds.
             */
            good_at_ms?: number | null;
            /**
             * Format: int64
             * @description Priced models in that answer.
             */
            good_models?: number | null;
        };
        /** @description Answer of `GET /v0/management/model-prices/usage-summary`. */
        PriceUsageSummary: {
            /**
             * Format: int64
             * @description Events that were looked at: the newest ones.
             */
            sampled_events: number;
            /**
             * Format: int64
             * @description All stored events.
             */
            total_events: number;
            /** @description Whether there are more than were looked at. */
            truncated: boolean;
            /** @description By calls, then by name. */
            models: components["schemas"]["ModelCalls"][];
        };
        /** @description A price from a moment on. */
        PriceVersion: {
            /**
             * Format: int64
             * @description First moment at which it holds, Unix milliseconds; absent = since ever.
             */
            valid_from_ms?: number | null;
            /**
             * Format: int64
             * @description The moment at which the next one takes over; absent = still valid.
             */
            valid_to_ms?: number | null;
            /** @description The price, without the catalogue's raw entry. */
            price: components["schemas"]["ModelPrice"];
        };
        /** @description Body and answer of `PUT /api/v1/price-versions`. */
        PriceVersions: {
            /**
             * @description Whether an edited price begins a new version. Switching it off keeps the versions that exist until their model
             *     is edited again.
             */
            versioned: boolean;
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
        /** @description The answer. */
        QueryAnswer: {
            /**
             * Format: int64
             * @description When it was computed, Unix milliseconds.
             */
            generated_at_ms: number;
            /**
             * Format: int64
             * @description Start of the span.
             */
            from_ms: number;
            /**
             * Format: int64
             * @description End of the span.
             */
            to_ms: number;
            compared_with?: components["schemas"]["QuerySpan"] | null;
            /** @description The dimensions, in the order of each row's keys. */
            dimensions: components["schemas"]["Field"][];
            /**
             * @description Starts of all buckets of each dimension that is a span of time, those without events included. Of a span with more
             *     than 20,000 of them only those around its events.
             */
            buckets: {
                [key: string]: number[];
            };
            /** @description Groups that have events; of a comparison also those that only the earlier span has, with figures of no events. */
            rows: components["schemas"]["QueryRow"][];
            /** @description Groups in all, those beyond the limit included. */
            total_rows: number;
            others?: components["schemas"]["QueryRow"] | null;
            /** @description All events of the span. */
            totals: components["schemas"]["QueryRow"];
            /** @description Models of calls without a price, sorted; when `cost` or `average_cost` was asked for. */
            unpriced_models?: string[] | null;
        };
        /** @description What a query is compared with. */
        QueryComparison: {
            /**
             * Format: int64
             * @description Start, Unix milliseconds; absent = the span of equal length before.
             */
            from_ms?: number | null;
            /**
             * Format: int64
             * @description End; absent = the span of equal length from `from_ms` on.
             */
            to_ms?: number | null;
        };
        /** @description Which events. Values of one field are alternatives; fields narrow. */
        QueryFilters: {
            /**
             * @description Only events with one of these values. Keys are fields; values of `hour`, `day`, `week`, `month` are their starts in
             *     Unix milliseconds. An empty list does not narrow.
             * @default {}
             */
            include?: {
                [key: string]: string[];
            };
            /**
             * @description No events with one of these values.
             * @default {}
             */
            exclude?: {
                [key: string]: string[];
            };
            /**
             * @description Bounds of numbers.
             * @default []
             */
            ranges?: components["schemas"]["QueryRange"][];
            /**
             * @description Text that must occur, in any case of letters, in one of the searched fields; or the first 8 or more digits of an event
             *     hash.
             * @default
             */
            text?: string;
            /**
             * @description One of these request ids.
             * @default []
             */
            request_ids?: string[];
            /**
             * @description One of these trace ids.
             * @default []
             */
            trace_ids?: string[];
            /** @default null */
            cache?: components["schemas"]["CacheUse"] | null;
            /**
             * @description `true` = only events with a price, `false` = only those without.
             * @default null
             */
            priced?: boolean | null;
        };
        /** @description Order of the rows. */
        QueryOrder: {
            /** @description A measure or a dimension of the query. */
            by: string;
            /** @description Smallest first. */
            ascending?: boolean;
        };
        /** @description Bounds of a number, both included. */
        QueryRange: {
            /** @description Of what. Events without the number do not match. */
            of: components["schemas"]["NumberField"];
            /**
             * Format: int64
             * @description At least; absent = any.
             */
            min?: number | null;
            /**
             * Format: int64
             * @description At most; absent = any.
             */
            max?: number | null;
        };
        /** @description One question about events: what to measure, by what, of which events. */
        QueryRequest: {
            /**
             * Format: int64
             * @description From this time on, Unix milliseconds; required.
             * @default 0
             */
            from_ms?: number;
            /**
             * Format: int64
             * @description Before this time, Unix milliseconds; required.
             * @default 0
             */
            to_ms?: number;
            /**
             * @description IANA zone of every part of time; empty = UTC.
             * @default
             */
            time_zone?: string;
            /**
             * @description What to measure; `calls` when empty.
             * @default []
             */
            measures?: components["schemas"]["Measure"][];
            /**
             * @description How many different values of these fields there are; parts of time cannot be counted.
             * @default []
             */
            distinct?: components["schemas"]["Field"][];
            /**
             * @description What to group by, at most three; none = totals only.
             * @default []
             */
            dimensions?: components["schemas"]["Field"][];
            /**
             * @description Which events.
             * @default {
             *       "include": {},
             *       "exclude": {},
             *       "ranges": [],
             *       "text": "",
             *       "request_ids": [],
             *       "trace_ids": [],
             *       "cache": null,
             *       "priced": null
             *     }
             */
            filters?: components["schemas"]["QueryFilters"];
            /** @default null */
            compare?: components["schemas"]["QueryComparison"] | null;
            /** @default null */
            order?: components["schemas"]["QueryOrder"] | null;
            /**
             * @description Most rows, 1 to 10,000; 100 when absent.
             * @default null
             */
            limit?: number | null;
            /**
             * @description Whether to sum up the rows beyond the limit in one more row.
             * @default false
             */
            others?: boolean;
        };
        /** @description A group's figures. */
        QueryRow: {
            /** @description Its value in each dimension; empty in totals and others. */
            keys: components["schemas"]["Key"][];
            /** @description Figures by measure. With `cost` and `average_cost` there is always `unpriced_calls`. */
            values: {
                [key: string]: number | null;
            };
            /** @description Distinct values by field. */
            distinct?: {
                [key: string]: number | null;
            };
            /**
             * @description The same figures of the span that it is compared with; those of no events if it has no such group. Absent without a
             *     comparison.
             */
            previous?: {
                [key: string]: number | null;
            } | null;
        };
        /** @description A span, Unix milliseconds. */
        QuerySpan: {
            /**
             * Format: int64
             * @description Start.
             */
            from_ms: number;
            /**
             * Format: int64
             * @description End.
             */
            to_ms: number;
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
             * Format: double
             * @description Seconds to the reset, as of the event.
             */
            reset_after_seconds?: number | null;
            /**
             * Format: int64
             * @description Reset, Unix milliseconds.
             */
            reset_at_ms?: number | null;
            /**
             * Format: double
             * @description Length, minutes.
             */
            window_minutes?: number | null;
        };
        /** @description Rate limits. */
        RateLimitView: {
            requests?: components["schemas"]["LimitView"] | null;
            tokens?: components["schemas"]["LimitView"] | null;
        };
        /** @description A failure. */
        RecentFailure: components["schemas"]["HeaderFields"] & {
            /**
             * Format: int64
             * @description Row id.
             */
            id: number;
            /**
             * Format: int64
             * @description Start, Unix milliseconds.
             */
            timestamp_ms: number;
            /** @description Display model. */
            model: string;
            /** @description SHA-256 (hex) of the client key. */
            api_key_hash: string;
            /** @description Masked account or key. */
            source?: string;
            /** @description SHA-256 (hex) of the source. */
            source_hash: string;
            /** @description The gateway's handle. */
            auth_index: string;
            /** @description Account when collected. */
            account_snapshot?: string;
            /** @description Label when collected. */
            auth_label_snapshot?: string;
            /** @description Provider of the credential. */
            auth_provider_snapshot?: string;
            /** @description Project when collected. */
            auth_project_id_snapshot?: string;
            /** @description Method and route pattern. */
            endpoint: string;
            /**
             * Format: int64
             * @description Milliseconds to the end of the body.
             */
            duration_ms: number | null;
            /**
             * Format: int64
             * @description Upstream status.
             */
            fail_status_code?: number | null;
            /** @description Redacted failure text. */
            fail_summary?: string;
            response_metadata?: components["schemas"]["ResponseMetadata"] | null;
        };
        /** @description A recent request. */
        RecentRequest: {
            /**
             * Format: int64
             * @description Start, Unix milliseconds.
             */
            timestamp_ms: number;
            /** @description Whether it failed. */
            failed: boolean;
            /**
             * Format: int64
             * @description Upstream status.
             */
            fail_status_code?: number | null;
            /** @description Redacted failure text. */
            fail_summary?: string;
            /** @description Error kind among the answer's headers. */
            header_error_kind?: string;
            /** @description Error code among the answer's headers. */
            header_error_code?: string;
            /** @description Trace id among the answer's headers. */
            header_trace_id?: string;
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
        /** @description Rates of the last 30 minutes. */
        Rolling: {
            /**
             * Format: double
             * @description Calls per minute.
             */
            rpm: number;
            /**
             * Format: double
             * @description Tokens per minute.
             */
            tpm: number;
            /**
             * Format: int64
             * @description Calls.
             */
            total_calls: number;
            /**
             * Format: int64
             * @description Tokens.
             */
            total_tokens: number;
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
        /** @description Other rates for requests of a service tier. At least one flag is set. */
        ServiceTier: {
            /**
             * @description One name that an event's tier may have; stored in lower case.
             * @default
             */
            mode?: string;
            /**
             * @description The other name. No name may appear in two rules.
             * @default
             */
            serviceTier?: string;
            /**
             * Format: double
             * @description Uncached input, US dollars per 1,000,000 tokens, 0 or more.
             * @default 0
             */
            prompt?: number;
            /**
             * Format: double
             * @description Output, likewise.
             * @default 0
             */
            completion?: number;
            /**
             * Format: double
             * @description Cached input in the older sense, likewise.
             * @default 0
             */
            cache?: number;
            /**
             * Format: double
             * @description Input read from the provider's cache, likewise.
             * @default 0
             */
            cacheRead?: number;
            /**
             * Format: double
             * @description Input written to the provider's cache, likewise.
             * @default 0
             */
            cacheCreation?: number;
            /**
             * @description `prompt` is meant, also when it is 0.
             * @default false
             */
            promptConfigured?: boolean;
            /**
             * @description `completion` is meant, also when it is 0.
             * @default false
             */
            completionConfigured?: boolean;
            /**
             * @description `cache` is meant, also when it is 0; in tiers only.
             * @default false
             */
            cacheConfigured?: boolean;
            /**
             * @description `cacheRead` is meant, also when it is 0.
             * @default false
             */
            cacheReadConfigured?: boolean;
            /**
             * @description `cacheCreation` is meant, also when it is 0.
             * @default false
             */
            cacheCreationConfigured?: boolean;
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
             * @description Switch on usage publishing in the gateway, now and whenever it is found off (default true).
             * @default null
             */
            ensureUsageStatisticsEnabled?: boolean | null;
        };
        /**
         * @description How grave a finding is.
         * @enum {string}
         */
        Severity: "critical" | "warning" | "info";
        /** @description Names of a credential or account when its events were collected: of each, the newest that is known. */
        Snapshots: {
            /** @description Account. */
            account_snapshot?: string;
            /** @description Label. */
            auth_label_snapshot?: string;
            /** @description Provider of the credential, else of the event. */
            auth_provider_snapshot?: string;
        };
        /** @description Figures of one of several things in a bucket of time. */
        SplitFigures: components["schemas"]["Tokens"] & {
            /**
             * Format: int64
             * @description Start of the local hour or day, Unix milliseconds.
             */
            bucket_ms: number;
            /** @description `HH:MM` or `MM/DD`, local. */
            bucket_label: string;
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Total tokens.
             */
            tokens: number;
            /**
             * Format: int64
             * @description Successful events.
             */
            success: number;
            /**
             * Format: int64
             * @description Failed events.
             */
            failure: number;
            /**
             * Format: double
             * @description US dollars.
             */
            cost: number;
            /**
             * Format: int64
             * @description Calls without a price.
             */
            unpriced_calls: number;
            /**
             * Format: double
             * @description Mean latency, milliseconds.
             */
            average_latency_ms: number | null;
            /**
             * Format: double
             * @description Successful part, 0 to 1.
             */
            success_rate: number;
            /**
             * Format: double
             * @description Failed part, 0 to 1.
             */
            failure_rate: number;
        };
        /** @description The whole document, or one member of it. */
        StatusAnswer: components["schemas"]["StatusDocument"] | components["schemas"]["DatabaseMaintenanceScope"];
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
             * @description When an item was last taken from the gateway, Unix milliseconds; 0 = not since the process started.
             */
            lastConsumedAt: number;
            /**
             * Format: int64
             * @description When an event was last stored or found to be stored already, Unix milliseconds; 0 = not since the process started.
             */
            lastInsertedAt: number;
            /**
             * Format: int64
             * @description Process start, Unix milliseconds.
             */
            startedAt: number;
            /** @description The collector. */
            collector: components["schemas"]["CollectorDocument"];
            /** @description Known gaps in the collection, the one that lasts first, then newest first, at most 20. */
            gaps: components["schemas"]["GapDocument"][];
            /** @description The database file. */
            database: components["schemas"]["DatabaseDocument"];
            /** @description The column index, which answers analytics. */
            index: components["schemas"]["IndexDocument"];
            /** @description The queue of the audit trail; absent where it is not known. */
            audit?: components["schemas"]["AuditQueueDocument"];
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
             * @description Bytes that the file system of the data directory has left for the manager; null when the system does not say.
             */
            free_disk_bytes?: number | null;
            /**
             * Format: double
             * @description Bytes by which the database grows in a day: the events of the last seven days (of as many as there are) times
             *     `bytes_per_event`. Null while there is less than a day of events, or while the column index is being built.
             */
            growth_bytes_per_day?: number | null;
            /**
             * Format: int64
             * @description Items that could not become events, all that ever came.
             */
            dead_letters: number;
        };
        /** @description What a finding is about. */
        Subject: {
            /** @description `all`, `credential`, `model`, `collector`, `database` or `index`. */
            kind: string;
            /** @description Its id: the credential's, the model's. */
            id: string;
            /** @description A name for people. */
            name: string;
        };
        /** @description Totals of a span. The members from `rpm_30m` to `approx_task_success_rate` are 0 in the compact profile. */
        Summary: {
            /**
             * Format: int64
             * @description Events.
             */
            total_calls: number;
            /**
             * Format: int64
             * @description Of them successful.
             */
            success_calls: number;
            /**
             * Format: int64
             * @description Of them failed.
             */
            failure_calls: number;
            /**
             * Format: double
             * @description Successful part, 0 to 1.
             */
            success_rate: number;
            /**
             * Format: int64
             * @description Input, cache tokens included.
             */
            input_tokens: number;
            /**
             * Format: int64
             * @description Output.
             */
            output_tokens: number;
            /**
             * Format: int64
             * @description Cached tokens that read and creation do not cover.
             */
            cached_tokens: number;
            /**
             * Format: int64
             * @description Read from a cache.
             */
            cache_read_tokens: number;
            /**
             * Format: int64
             * @description Written to a cache.
             */
            cache_creation_tokens: number;
            /**
             * Format: double
             * @description Share of the input that came from a cache, 0 to 1.
             */
            cache_hit_rate: number;
            /**
             * Format: int64
             * @description Reasoning.
             */
            reasoning_tokens: number;
            /**
             * Format: int64
             * @description Totals as recorded.
             */
            total_tokens: number;
            /**
             * Format: double
             * @description US dollars.
             */
            total_cost: number;
            /**
             * Format: int64
             * @description Calls without a price: their cost is not part of `total_cost`.
             */
            unpriced_calls: number;
            /** @description Models of those calls, sorted. */
            unpriced_models: string[];
            /**
             * Format: double
             * @description US dollars per call.
             */
            average_cost_per_call: number;
            /**
             * Format: double
             * @description Mean of the latencies that are known and not 0, milliseconds.
             */
            average_latency_ms: number | null;
            /**
             * Format: int64
             * @description 95th percentile of latency, milliseconds.
             */
            p95_latency_ms: number | null;
            /**
             * Format: int64
             * @description 95th percentile of the time to the first token, milliseconds.
             */
            p95_ttft_ms: number | null;
            /**
             * Format: int64
             * @description Successful calls without tokens.
             */
            zero_token_calls: number;
            /**
             * Format: double
             * @description Calls per minute in the 30 minutes before `now_ms`.
             */
            rpm_30m: number;
            /**
             * Format: double
             * @description Tokens per minute in the 30 minutes before `now_ms`.
             */
            tpm_30m: number;
            /**
             * Format: double
             * @description Calls per day that has any.
             */
            avg_daily_requests: number;
            /**
             * Format: double
             * @description Tokens per day that has any call.
             */
            avg_daily_tokens: number;
            /**
             * Format: int64
             * @description Groups of events that share time, source and credential; at most 500.
             */
            approx_tasks: number;
            /**
             * Format: int64
             * @description Of them with a failure.
             */
            approx_task_failures: number;
            /**
             * Format: double
             * @description Part without failure, 0 to 1.
             */
            approx_task_success_rate: number;
            /** @description Models with successful calls without tokens, sorted; null in the compact profile. */
            zero_token_models: string[] | null;
        };
        /** @description What a synchronisation did. */
        SyncAnswer: {
            /** @description The catalogue that answered, or `multi`. */
            source: string;
            /** @description The catalogues that answered. */
            sources: string[];
            /** @description Prices that were written. */
            imported: number;
            /** @description Entries of the catalogues that have no usable price. */
            skipped: number;
            /** @description What was written, by model. */
            matched: {
                [key: string]: components["schemas"]["ModelPrice"];
            };
            /** @description What may be meant where nothing is certain. */
            candidates: components["schemas"]["SyncCandidates"][];
            /** @description Models that no catalogue knows. */
            unmatched: string[];
            /** @description Models left alone because the catalogue that their price came from did not answer. */
            preserved: string[];
            /** @description Models left alone because a person typed or locked their price. */
            kept: components["schemas"]["SyncKept"][];
            /** @description Whether the catalogues were asked through the gateway's proxy. */
            proxyUsed: boolean;
            /** @description How each catalogue answered, in the order of asking. */
            sourceResults: components["schemas"]["SyncSourceResult"][];
            /** @description The whole table afterwards. */
            prices: {
                [key: string]: components["schemas"]["ModelPrice"];
            };
        };
        /** @description A catalogue's entry that may be meant. */
        SyncCandidate: {
            /** @description Its id in the catalogue. */
            sourceModelId: string;
            /**
             * Format: double
             * @description How likely, 0 to 1.
             */
            score: number;
            /**
             * @description Why.
             * @example shared-model-tokens
             */
            reason: string;
            /** @description Its price; `source` says which catalogue. */
            price: components["schemas"]["ModelPrice"];
        };
        /** @description Candidates for a model from one catalogue, to be confirmed by a person. */
        SyncCandidates: {
            /** @description The model. */
            model: string;
            /** @description At most 8, the likeliest first. */
            candidates: components["schemas"]["SyncCandidate"][];
        };
        /** @description A price that a synchronisation would have replaced and did not. */
        SyncKept: {
            /** @description The model. */
            model: string;
            /** @description `manual` or `locked`. */
            reason: string;
        };
        /** @description Body of `POST /v0/management/model-prices/sync`. */
        SyncRequest: {
            /**
             * @description The models to look for; none = everything that is unambiguous.
             * @default []
             */
            models?: string[];
            /**
             * @description Replace prices that a person typed, too. Locked ones stay.
             * @default false
             */
            overwriteManual?: boolean;
        };
        /** @description How one catalogue answered. */
        SyncSourceResult: {
            /** @description Its name. */
            source: string;
            /** @description Priced models in it. */
            models: number;
            /** @description Entries without a usable price. */
            skipped: number;
            /** @description Why it could not be used. */
            error?: string | null;
        };
        /** @description Events that share time, source and credential. */
        TaskBucket: {
            /** @description Time, source hash and handle, joined by `|`. */
            bucket_key: string;
            /**
             * Format: int64
             * @description Events.
             */
            total: number;
            /**
             * Format: int64
             * @description Of them successful.
             */
            success: number;
            /**
             * Format: int64
             * @description Of them failed.
             */
            failure: number;
            /**
             * Format: int64
             * @description First event, Unix milliseconds.
             */
            first_ms: number;
            /**
             * Format: int64
             * @description Last event.
             */
            last_ms: number;
            /** @description Masked account or key. */
            source: string;
            /** @description SHA-256 (hex) of the source. */
            source_hash: string;
            /** @description The gateway's handle. */
            auth_index: string;
            /** @description Analytics models, sorted. */
            models: string[];
            /** @description Endpoints, sorted. */
            endpoints: string[];
            /**
             * Format: int64
             * @description Input, cache tokens included.
             */
            input_tokens: number;
            /**
             * Format: int64
             * @description Output.
             */
            output_tokens: number;
            /**
             * Format: int64
             * @description Cached tokens that read and creation do not cover.
             */
            cached_tokens: number;
            /**
             * Format: int64
             * @description Read from a cache.
             */
            cache_read_tokens: number;
            /**
             * Format: int64
             * @description Written to a cache.
             */
            cache_creation_tokens: number;
            /**
             * Format: int64
             * @description Totals as recorded.
             */
            total_tokens: number;
            /**
             * Format: double
             * @description Mean latency, milliseconds.
             */
            average_latency_ms: number | null;
            /**
             * Format: int64
             * @description Largest latency, milliseconds.
             */
            max_latency_ms: number | null;
        };
        /** @description Figures of a bucket of time. */
        TimelinePoint: components["schemas"]["Tokens"] & {
            /**
             * Format: int64
             * @description Start of the local hour or day, Unix milliseconds.
             */
            bucket_ms: number;
            /** @description `HH:MM` or `MM/DD`, local. */
            label: string;
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Total tokens.
             */
            tokens: number;
            /**
             * Format: int64
             * @description Successful events.
             */
            success: number;
            /**
             * Format: int64
             * @description Failed events.
             */
            failure: number;
            /**
             * Format: double
             * @description Share of the input that came from a cache, 0 to 1.
             */
            cache_hit_rate: number;
            /**
             * Format: double
             * @description US dollars.
             */
            cost: number;
            /**
             * Format: int64
             * @description Calls without a price.
             */
            unpriced_calls: number;
            /**
             * Format: double
             * @description Mean latency, milliseconds.
             */
            average_latency_ms: number | null;
            /**
             * Format: int64
             * @description 95th percentile of latency, milliseconds.
             */
            p95_latency_ms: number | null;
            /**
             * Format: int64
             * @description 95th percentile of the time to the first token, milliseconds.
             */
            p95_ttft_ms: number | null;
            /**
             * Format: double
             * @description Successful part, 0 to 1.
             */
            success_rate: number;
            /**
             * Format: double
             * @description Failed part, 0 to 1.
             */
            failure_rate: number;
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
        /** @description A kind of tokens. */
        TokenShare: {
            /** @description `input`, `cached`, `output` or `reasoning`. */
            key: string;
            /**
             * Format: int64
             * @description Tokens.
             */
            tokens: number;
            /**
             * Format: double
             * @description Part of the four, 0 to 1.
             */
            share: number;
        };
        /** @description Token sums. */
        Tokens: {
            /**
             * Format: int64
             * @description Input, cache tokens included.
             */
            input_tokens: number;
            /**
             * Format: int64
             * @description Output.
             */
            output_tokens: number;
            /**
             * Format: int64
             * @description Cached tokens that read and creation do not cover.
             */
            cached_tokens: number;
            /**
             * Format: int64
             * @description Read from a cache.
             */
            cache_read_tokens: number;
            /**
             * Format: int64
             * @description Written to a cache.
             */
            cache_creation_tokens: number;
            /**
             * Format: int64
             * @description Reasoning.
             */
            reasoning_tokens: number;
            /**
             * Format: int64
             * @description Totals as recorded.
             */
            total_tokens: number;
        };
        /** @description A model by calls. */
        TopModel: {
            /** @description Analytics model. */
            model: string;
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Total tokens.
             */
            tokens: number;
            /**
             * Format: double
             * @description US dollars.
             */
            cost: number;
            /**
             * Format: int64
             * @description Calls without a price.
             */
            unpriced_calls: number;
            /**
             * Format: double
             * @description Successful part, 0 to 1.
             */
            success_rate: number;
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
        /** @description An hour of the day. */
        TrafficSlot: {
            /**
             * Format: int64
             * @description Start, Unix milliseconds.
             */
            bucket_ms: number;
            /**
             * Format: int64
             * @description Events.
             */
            calls: number;
            /**
             * Format: int64
             * @description Total tokens.
             */
            tokens: number;
            /**
             * Format: int64
             * @description Successful events.
             */
            success: number;
            /**
             * Format: int64
             * @description Failed events.
             */
            failure: number;
            /**
             * Format: double
             * @description Calls as a part of the busiest hour's, 0 to 1.
             */
            calls_share: number;
            /**
             * Format: double
             * @description Tokens as a part of the busiest hour's, 0 to 1.
             */
            tokens_share: number;
            /**
             * Format: double
             * @description Failed part, 0 to 1.
             */
            failure_rate: number;
        };
        /** @description A model that was used and has no price. */
        UnpricedModel: {
            /** @description The name to price: what the provider was asked for, else what the client asked for. */
            model: string;
            /** @description What clients asked for. */
            requested_model: string;
            /**
             * Format: int64
             * @description Events, among those that were looked at.
             */
            calls: number;
            /**
             * Format: int64
             * @description Time of the latest of them, Unix milliseconds.
             */
            last_ms: number;
        };
        /** @description Answer of `GET /api/v1/prices/unpriced`. */
        UnpricedModels: {
            /** @description The most used first. */
            items: components["schemas"]["UnpricedModel"][];
            /**
             * Format: int64
             * @description Events without a price; while `truncated`, among those that were looked at.
             */
            unpriced_calls: number;
            /**
             * Format: int64
             * @description Events that were looked at: all of them, or the newest ones while `truncated`.
             */
            sampled_events: number;
            /** @description Whether there are more than were looked at: while the column index is being built. */
            truncated: boolean;
        };
        /** @description Answer of `GET /api/v1/update`. */
        UpdateDocument: {
            /** @description What is known. */
            state: components["schemas"]["UpdateState"];
            /** @description The version that runs. */
            current: string;
        };
        /**
         * @description What is known of newer versions.
         * @enum {string}
         */
        UpdateState: "off";
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
        /** @description What is usual for this hour of the week. */
        Usual: {
            /** @description Weeks with events that it rests on. */
            weeks: number;
            /**
             * Format: double
             * @description Calls in an hour.
             */
            calls: number;
            /**
             * Format: double
             * @description US dollars in an hour.
             */
            cost: number;
            /**
             * Format: double
             * @description Calls without a price in an hour; their cost is not in `cost`.
             */
            unpriced_calls: number;
            /**
             * Format: double
             * @description Failed part, 0 to 1.
             */
            failure_rate: number;
            /**
             * Format: double
             * @description 95th percentile of latency, milliseconds.
             */
            latency_p95_ms: number | null;
        };
        /**
         * @description How things stand.
         * @enum {string}
         */
        Verdict: "ok" | "attention" | "trouble" | "unknown";
        /** @description A saved view. */
        ViewItem: {
            /** @description Its number. */
            id: string;
            /** @description The page's path in the panel. */
            page: string;
            /** @description Its name. */
            name: string;
            /** @description The search part of the address, without `?`. */
            search: string;
            /**
             * Format: int64
             * @description When it was made, Unix milliseconds.
             */
            created_at_ms: number;
            /**
             * Format: int64
             * @description When it was last saved, Unix milliseconds.
             */
            updated_at_ms: number;
        };
        /** @description Answer of `GET /api/v1/views`. */
        ViewList: {
            /** @description By page and name. */
            items: components["schemas"]["ViewItem"][];
        };
        /** @description A saved view to be made or replaced. */
        ViewToSave: {
            /**
             * @description The page's path in the panel.
             * @example /requests
             */
            page: string;
            /** @description Its name, 1 to 80 characters; unique on its page. */
            name: string;
            /** @description The search part of the address, without `?`. */
            search: string;
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
