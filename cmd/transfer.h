/*
 * transfer: what clone, fetch, pull, push and ls-remote share: connecting, asking on the
 * terminal, checking what came, telling what happened.
 */
#ifndef VV_CMD_TRANSFER_H
#define VV_CMD_TRANSFER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "cmd/remote.h"
#include "dataset/table.h"
#include "transport/fetch.h"
#include "transport/peer.h"

typedef struct vv_transfer {
	vv_repository *repo;    /* NULL: outside of one */
	char *program;          /* own executable */
	vv_connect_options connect;
	const vv_progress *progress;
	vv_table_checks *checks; /* of the versions that came */
	vv_pool *pool;
	uint64_t start_ms;
	bool quiet;
} vv_transfer;

/* idle_sec: --timeout, 0 the usual one. */
vv_status vv_transfer_open(vv_transfer *t, vv_repository *repo, bool quiet, uint64_t idle_sec, vv_error *err);
void vv_transfer_close(vv_transfer *t);

/* Connects to the remote's URL; write: to push (its pushurl). */
vv_status vv_transfer_connect(vv_transfer *t, vv_peer **out, const vv_remote *m, bool write, vv_error *err);

/* The one to connect to another URL ("ipfs+http://..." too) as a supplier of blocks. name is
 * kept by the supplier. */
vv_status vv_transfer_supplier(vv_transfer *t, vv_supplier *out, const char *url, vv_error *err);
void vv_transfer_supplier_clear(vv_supplier *s);

/* A vv_version_check_fn whose payload is a vv_transfer: the pointer equals its root's text, and
 * the table is canonical. */
vv_status vv_transfer_check(void *payload, vv_repository *with, vv_incoming *in, const vv_new_root *version,
			    vv_error *err);

/* What was moved, as one line on stderr: commits, datasets, blocks, bytes, rate. */
void vv_transfer_tell_fetch(const vv_transfer *t, const vv_fetch_result *r, const vv_supplier *suppliers,
			    size_t count);
void vv_transfer_tell_lines(const vv_buf *said); /* "remote: ..." */

#endif
