/*
 * ipns_record: makes a signed record, with which the owner of an IPNS name makes the name point to
 * a folder.
 *
 * Records have only signatures of the second form (V2), which all validators require. If a name has
 * several records, readers use the one with the greatest sequence, and among equal sequences the
 * one that is valid longest. Source: specs.ipfs.tech/ipns/ipns-record.
 */
#ifndef VV_TRANSPORT_IPFS_IPNS_RECORD_H
#define VV_TRANSPORT_IPFS_IPNS_RECORD_H

#include "base/buf.h"
#include "base/error.h"

/* The content of a record. */
typedef struct vv_ipns_record {
	const char *value;       /* "/ipfs/CID" */
	int64_t until;           /* end of the validity, in seconds since 1970 */
	uint64_t sequence, live; /* live: seconds for which others may cache the record */
} vv_ipns_record;

/* Appends the record r to out, signed with the Ed25519 key of this seed. */
vv_status vv_ipns_record_sign(vv_buf *out, const vv_ipns_record *r, const uint8_t seed[32],
			      vv_error *err);

#endif
