/*
 * receipt: records which peer delivered which blocks, in an append-only log.
 *
 * The log is .git/varve/receipts, with one JSON object per line: {"prev", "time", "peer", "roots",
 * "blocks", "bytes", "ms"}. prev is the SHA-256 of the previous line (without its newline), or ""
 * in the first line, so that changed and removed lines are noticed. bytes: raw bytes; ms: the time
 * spent waiting for the peer, 0 if it was not measured.
 */
#ifndef VV_TRANSPORT_PROTOCOL_RECEIPT_H
#define VV_TRANSPORT_PROTOCOL_RECEIPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"
#include "transport/protocol/gather.h"

/* Appends a line for each of the count suppliers that delivered blocks, with the root_count roots.
 * If another process is writing, waits for some seconds. */
vv_status vv_receipts_add(vv_repository *r, const vv_supplier *suppliers, size_t count,
			  const vv_cid *roots, size_t root_count, vv_error *err);

/* A line of the log. Its members are those of the JSON object. */
typedef struct vv_receipt {
	const char *time, *peer;
	uint64_t blocks, bytes, ms;
} vv_receipt;
typedef vv_status (*vv_receipt_fn)(void *payload, const vv_receipt *receipt, vv_error *err);
/* Calls fn for each receipt that names root, oldest first. VV_ECORRUPT: the chain of hashes is
 * broken; the message has the number of the line. */
vv_status vv_receipts_of(vv_repository *r, const vv_cid *root, vv_receipt_fn fn, void *payload,
			 vv_error *err);

#endif
