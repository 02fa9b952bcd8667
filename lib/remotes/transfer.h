/*
 * transfer: options and state that clone, fetch, pull and push share: connections, prompts, checks
 * of received data, reports.
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
	vv_repository *repo; /* NULL: outside of a repository; the caller then sets connect.env */
	const vv_notes *notes;
	char *program; /* path of the running program */
	/* folder for packs of history that are fetched from published folders; NULL: not created
	 * yet */
	char *coming;
	vv_connect_options connect;
	const vv_progress *progress;
	vv_table_checks *checks; /* the checks of received versions */
	bool remembers;          /* the results of earlier checks were loaded into checks */
	vv_pool *pool;
	uint64_t start_ms;
	unsigned git_idle_sec; /* for vv_git_call.idle_sec */
	bool quiet;
	bool verbose; /* also reports blocks; set by the caller after vv_transfer_open */
	/* lines sent by the remote, not printed until its kind is known; may be NULL */
	vv_buf *held;
	bool unasked;  /* do not fetch the refs of a Git host, which are then unknown */
	bool foreign;  /* on the last connection, another program than varve answered */
	bool left_out; /* a place of blocks was skipped, with a note, because it is not trusted */
} vv_transfer;

/* Opens a transfer. idle_sec: argument of --timeout; 0: the setting varve.timeout. */
vv_status vv_transfer_open(vv_transfer *t, vv_repository *repo, const vv_notes *notes, bool quiet,
			   uint64_t idle_sec, vv_error *err);
void vv_transfer_close(vv_transfer *t);
VV_AUTO_CLEAR(vv_transfer, vv_transfer_close)

/* Connects to the URL of the remote, or to its pushurl if write is set. */
vv_status vv_transfer_connect(vv_transfer *t, vv_peer **out, const vv_remote *m, bool write,
			      vv_error *err);

/* Checks that the pointer of a received version equals the text of its root, and that the table is
 * canonical. A vv_version_check_fn, whose payload is a vv_transfer. */
vv_status vv_transfer_check(void *payload, vv_repository *with, vv_incoming *in,
			    const vv_new_root *version, vv_error *err);

/* What was transferred on a connection. */
typedef struct vv_transfer_sum {
	uint64_t commits, versions, blocks;
	uint64_t bytes; /* bytes of the blocks */
	uint64_t line;  /* bytes sent and received on the connection */
	uint64_t had;   /* number of blocks that the other side already had */
	uint64_t ms;    /* duration in milliseconds; above 0 */
} vv_transfer_sum;

/* Prints one note with commits, versions, bytes and rate; if t->verbose, also with blocks. verb:
 * such as "sent". */
void vv_transfer_tell_sum(const vv_transfer *t, const char *verb, const vv_transfer_sum *s);

/* vv_transfer_sum_fetch sums up the results of a fetch; vv_transfer_tell_fetch prints them as
 * notes. */
void vv_transfer_sum_fetch(vv_transfer_sum *out, const vv_transfer *t, const vv_fetch_result *r,
			   const vv_supplier *suppliers, size_t count);
void vv_transfer_tell_fetch(const vv_transfer *t, const vv_fetch_result *r,
			    const vv_supplier *suppliers, size_t count);
/* Prints each line of `said` as "remote: ...". */
void vv_transfer_tell_lines(const vv_transfer *t, const vv_buf *said);

#endif
