/*
 * http_file: serves files of versions for the HTTP server: finds the file at REV/PATH, and returns
 * its bytes and ETag.
 *
 * REV is a branch, tag or commit as in Git, optionally with ~ and ^. Reflogs and searches of
 * messages are not supported. A '/' in REV may be literal, or %2F. Only commits that a branch or
 * tag reaches are served. Plain files in Git's history of up to 64 MiB are served, too. The
 * functions are called in the server's threads. Nothing is cached between requests, except the
 * whole files of versions whose rows are stored in key order (vv_ordered_files).
 */
#ifndef VV_CMD_WEB_HTTP_FILE_H
#define VV_CMD_WEB_HTTP_FILE_H

#include "transport/server/server.h"

/* The functions for the members file_open, file_prepare, file_rows, file_write, file_cost and
 * file_close of vv_http_handlers (transport/server/handlers.h). ordered, the payload of file_open,
 * is a vv_ordered_files. */
vv_status vv_http_file_open(void *ordered, const vv_http_call *call, const char *rest,
			    vv_http_file *out, vv_error *err);
vv_status vv_http_file_prepare(void *handle, const struct vv_address *client, uint64_t memory,
			       vv_error *err);
vv_status vv_http_file_rows(void *handle, const vv_http_rows *rows, const char **type,
			    vv_error *err);
vv_status vv_http_file_write(void *handle, uint64_t from, uint64_t len, vv_http_out_fn fn,
			     void *out, vv_error *err);
vv_status vv_http_file_cost(void *handle, uint64_t from, uint64_t len, uint64_t *out,
			    vv_error *err);
void vv_http_file_close(void *handle);

#endif
