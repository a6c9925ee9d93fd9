// Tells every library that it runs in production, before any of them is loaded: import this first.

process.env.NODE_ENV = "production";
process.env.GRAPHILE_ENV = "production";
