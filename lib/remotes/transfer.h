/*
 * transfer: connects, prompts, checks received data and reports, for clone, fetch, pull and push.
 */
#ifndef VV_LIB_REMOTES_TRANSFER_H
#define VV_LIB_REMOTES_TRANSFER_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/table/verify.h"
#include "lib/remotes/remote.h"
#include "transport/protocol/fetch.h"
#include "transport/protocol/peer.h"

/* One value = one run of clone, fetch, pull or push: its options and state. */
typedef struct vv_transfer {
	vv_repository *repo;   /* NULL: outside of a repository; the caller then sets connect.env */
	const vv_notes *notes; /* receives reports */
	char *program;         /* path of the running program */
	/* folder for packs of history that are fetched from published folders; NULL: not created
	 * yet */
	char *coming;
	vv_connect_options connect;  /* options for connections */
	const vv_progress *progress; /* may be NULL */
	vv_table_checks *checks;     /* the checks of received versions */
	bool remembers;              /* the results of earlier checks were loaded into `checks` */
	vv_pool *pool;               /* threads */
	uint64_t start_ms;           /* start of the transfer, by vv_monotonic_ms */
	unsigned git_idle_sec;       /* value of vv_git_call.idle_sec for runs of git */
	bool quiet;                  /* do not report sums */
	bool verbose; /* also reports blocks; set by the caller after vv_transfer_open */
	/* collects the lines that the remote sends, until the remote's kind is known; NULL: each
	 * line is printed at once */
	vv_buf *held;
	bool unasked; /* do not fetch the refs of a Git host, which are then unknown */
	bool foreign; /* on the last connection, another program than varve answered */
	/* a store or block peer was skipped, with a note, because it is not trusted */
	bool left_out;
} vv_transfer;

/* Opens a transfer for repo as *t, which must not be moved until vv_transfer_close. repo may be
 * NULL. idle_sec: argument of --timeout, in seconds; 0: the setting varve.timeout is used. */
vv_status vv_transfer_open(vv_transfer *t, vv_repository *repo, const vv_notes *notes, bool quiet,
			   uint64_t idle_sec, vv_error *err);
void vv_transfer_close(vv_transfer *t);
VV_AUTO_CLEAR(vv_transfer, vv_transfer_close)

/* Connects to the peer m at its URL, or at its push_url if `write` is set, and sets *out to the
 * connection. */
vv_status vv_transfer_connect(vv_transfer *t, vv_peer **out, const vv_remote *m, bool write,
			      vv_error *err);

/* Checks that the pointer of the received version *version equals the pointer made from its root,
 * and that its table is canonical. VV_ECORRUPT, VV_EINPUT: it is not. VV_EREFUSED: the table
 * exceeds a limit. VV_ENOSUPPORT: this varve cannot check it. Has the type
 * vv_version_check_fn; payload is a vv_transfer. */
vv_status vv_transfer_check(void *payload, vv_repository *with, vv_incoming *in,
			    const vv_new_root *version, vv_error *err);

/* One value = the amount of data transferred on one connection. */
typedef struct vv_transfer_sum {
	uint64_t commits, versions, blocks; /* numbers of commits, of versions and of blocks */
	uint64_t bytes;                     /* size of the blocks in bytes */
	uint64_t line; /* number of bytes that a push sent or a fetch received on the connection */
	uint64_t had;  /* number of blocks that the other side already had */
	uint64_t ms;   /* duration in milliseconds; above 0 */
} vv_transfer_sum;

/* Sends one note with the commits and versions of *s, the bytes on the connection and their rate.
 * Also names the blocks if t->verbose is set, or if there are no commits and versions. verb: the
 * first word, such as "sent". */
void vv_transfer_tell_sum(const vv_transfer *t, const char *verb, const vv_transfer_sum *s);

/* Sets *out to the sums of the results of a fetch: *r, and those in the `count` suppliers. */
void vv_transfer_sum_fetch(vv_transfer_sum *out, const vv_transfer *t, const vv_fetch_result *r,
			   const vv_supplier *suppliers, size_t count);
/* Sends the results of a fetch as notes; if t->quiet is set, only warns of missing blocks.
 * Parameters as for vv_transfer_sum_fetch. */
void vv_transfer_tell_fetch(const vv_transfer *t, const vv_fetch_result *r,
			    const vv_supplier *suppliers, size_t count);
/* Sends a note "remote: ..." for each line of `said`. */
void vv_transfer_tell_lines(const vv_transfer *t, const vv_buf *said);

#endif
