/*
 * transfer: options and state that clone, fetch, pull and push share: connections, questions on the
 * terminal, checks of received data, reports.
 */
#ifndef VV_LIB_REMOTES_TRANSFER_H
#define VV_LIB_REMOTES_TRANSFER_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/table/table.h"
#include "dataset/table/verify.h"
#include "lib/remotes/remote.h"
#include "transport/protocol/fetch.h"
#include "transport/protocol/peer.h"

typedef struct vv_transfer {
	vv_repository *repo; /* NULL: outside of one; connect.env is set by the caller then */
	const vv_notes *notes;
	char *program; /* own executable */
	char *coming; /* folder of packs of history that come from published folders; NULL: none yet */
	vv_connect_options connect;
	const vv_progress *progress;
	vv_table_checks *checks; /* of the versions that came */
	bool remembers;          /* what earlier transfers proved was read */
	vv_pool *pool;
	uint64_t start_ms;
	unsigned git_idle_sec; /* for vv_git_call.idle_sec */
	bool quiet;
	bool verbose;  /* report blocks, too; set by the caller after opening */
	vv_buf *held;  /* lines of the far side, not shown until its kind is known; or NULL */
	bool unasked;  /* the refs of a Git host are not fetched, and unknown */
	bool foreign;  /* the last line that was tried: answered, and not by varve */
	bool left_out; /* an untrusted place of blocks, with a note */
} vv_transfer;

/* idle_sec: --timeout; 0: from varve.timeout. */
vv_status vv_transfer_open(vv_transfer *t, vv_repository *repo, const vv_notes *notes, bool quiet,
			   uint64_t idle_sec, vv_error *err);
void vv_transfer_close(vv_transfer *t);
VV_AUTO_CLEAR(vv_transfer, vv_transfer_close)

/* Connects to the remote's URL; write: to push (its pushurl). */
vv_status vv_transfer_connect(vv_transfer *t, vv_peer **out, const vv_remote *m, bool write,
			      vv_error *err);

/* A vv_version_check_fn whose payload is a vv_transfer: the pointer equals its root's text, and
 * the table is canonical. */
vv_status vv_transfer_check(void *payload, vv_repository *with, vv_incoming *in,
			    const vv_new_root *version, vv_error *err);

/* Counts of a line's traffic. */
typedef struct vv_transfer_sum {
	uint64_t commits, versions, blocks;
	uint64_t bytes; /* of the blocks' data */
	uint64_t line;  /* bytes on the line */
	uint64_t had;   /* blocks that the other side had already */
	uint64_t ms;    /* more than 0 */
} vv_transfer_sum;

/* As one note: commits, versions, bytes, rate; verbose: blocks. verb: "sent". */
void vv_transfer_tell_sum(const vv_transfer *t, const char *verb, const vv_transfer_sum *s);

/* The results of a fetch, as numbers and as notes. */
void vv_transfer_sum_fetch(vv_transfer_sum *out, const vv_transfer *t, const vv_fetch_result *r,
			   const vv_supplier *suppliers, size_t count);
void vv_transfer_tell_fetch(const vv_transfer *t, const vv_fetch_result *r,
			    const vv_supplier *suppliers, size_t count);
void vv_transfer_tell_lines(const vv_transfer *t, const vv_buf *said); /* "remote: ..." */

#endif
