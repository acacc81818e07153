/** A worker that ends its thread while the pool waits for it to get ready. */
throw new Error('this worker cannot start');
