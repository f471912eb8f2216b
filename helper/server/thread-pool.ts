/**
 * Sizes libuv's thread pool before anything has used it: every drive keeps up to two transfers in flight, for
 * up to 48 drives, and a drive that hangs must not take a place that others need. Must be imported first.
 */
process.env['UV_THREADPOOL_SIZE'] = '112';
