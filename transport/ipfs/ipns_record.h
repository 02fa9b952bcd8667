/*
 * ipns_record: what an owner signs so that its name at IPNS leads to a folder.
 *
 * Only the second form of signatures is written, which all validators ask for. A reader follows the greatest sequence, and of
 * one sequence the record that holds longest. Source: specs.ipfs.tech/ipns/ipns-record.
 */
#ifndef VV_TRANSPORT_IPFS_IPNS_RECORD_H
#define VV_TRANSPORT_IPFS_IPNS_RECORD_H

#include "base/buf.h"
#include "base/error.h"

typedef struct vv_ipns_record {
	const char *value;       /* "/ipfs/CID" */
	int64_t until;           /* seconds since 1970 */
	uint64_t sequence, live; /* live: seconds that others may keep the answer */
} vv_ipns_record;

/* Appends the record, signed by the key of this seed. */
vv_status vv_ipns_record_sign(vv_buf *out, const vv_ipns_record *r, const uint8_t seed[32],
			      vv_error *err);

#endif
