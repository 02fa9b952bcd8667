/*
 * receipt: records which peer delivered which blocks, in an append-only log.
 *
 * The log is .git/varve/receipts. Each line is a JSON object: {"prev", "time", "peer", "roots",
 * "blocks", "bytes", "ms"}. prev is the SHA-256 of the previous line (without its newline), or ""
 * in the first line. So changed and removed lines are noticed. bytes is the number of raw bytes. ms
 * is the time spent waiting for the peer in milliseconds, or 0 if it was not measured.
 */
#ifndef VV_TRANSPORT_PROTOCOL_RECEIPT_H
#define VV_TRANSPORT_PROTOCOL_RECEIPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"
#include "transport/protocol/gather.h"

/* Appends a line with the root_count roots for each of the count suppliers that delivered blocks.
 * If another process writes the log, waits up to five seconds. VV_ELOCKED: the process did not end
 * in this time. */
vv_status vv_receipts_add(vv_repository *r, const vv_supplier *suppliers, size_t count,
			  const vv_cid *roots, size_t root_count, vv_error *err);

/* A line of the log. The members are those of the JSON object. */
typedef struct vv_receipt {
	const char *time, *peer;
	uint64_t blocks, bytes, ms;
} vv_receipt;
typedef vv_status (*vv_receipt_fn)(void *payload, const vv_receipt *receipt, vv_error *err);
/* Calls fn(payload, ...) for each receipt that names root, oldest first; with root NULL, only reads
 * the log. A negative status of fn ends the calls, and is returned. If the log does not exist, fn is not called. An incomplete last
 * line is ignored. VV_ECORRUPT: a hash does not match, so that lines were changed or removed; the
 * message has the number of the line. VV_EREFUSED: the log has more than 256 MiB. */
vv_status vv_receipts_of(vv_repository *r, const vv_cid *root, vv_receipt_fn fn, void *payload,
			 vv_error *err);

/* Moves a damaged log to a new folder below VV_DAMAGED_DIR, and sets *kept, which the caller frees, to its new path; NULL:
 * the log is not damaged, and stays. */
vv_status vv_receipts_move_damaged(vv_repository *r, char **kept, vv_error *err);

#endif
