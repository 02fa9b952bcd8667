/*
 * hold_message: the requests of a machine to a varve server that stores copies for it, and the answers.
 *
 * A request is one message frame, and so is its answer; an error replaces the answer, as everywhere in
 * the protocol (transport/protocol/frame.h). Requests are independent, and each may be repeated:
 * existing data stays. Format: docs/formats/protocol.md, "Holding".
 */
#ifndef VV_CMD_VAULT_HOLD_HOLD_MESSAGE_H
#define VV_CMD_VAULT_HOLD_HOLD_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/keys/key.h"
#include "cmd/vault/hold/shard.h"
#include "repo/blocks/cid.h"
#include "transport/line/channel.h"

#define VV_HOLD_VERSION 1u
#define VV_HOLD_PART (1u << 20)          /* maximum bytes of one get */
#define VV_HOLD_RECORDS_BYTES (2u << 20) /* maximum of one request */
#define VV_HOLD_RECORDS_MAX 1024u        /* maximum of one request */
#define VV_HOLD_NAMES_MAX 8192u          /* maximum of one list */
#define VV_HOLD_VAULTS_MAX 4096u
#define VV_HOLD_NAME_MAX 256u /* bytes of a name */
#define VV_VAULTS_PURPOSE "varve vaults 1"

typedef enum vv_hold_op {
	VV_HOLD_HELLO,   /* asks for the server's key */
	VV_HOLD_LIST,    /* the names in a folder of the vault */
	VV_HOLD_GET,     /* part of a file of the vault */
	VV_HOLD_PUT,     /* store this shard */
	VV_HOLD_RECORDS, /* store these records */
	VV_HOLD_REMOVE,  /* remove a shard */
	VV_HOLD_AUDIT,   /* send a leaf */
	VV_HOLD_RECEIPT, /* sign a receipt for the shards of a place record */
	VV_HOLD_VAULTS   /* list this key's vaults */
} vv_hold_op;

typedef struct vv_hold_bytes {
	const uint8_t *bytes;
	size_t len;
} vv_hold_bytes;

/* A file or folder of the vault. size: bytes of a file; UINT64_MAX: a folder. */
typedef struct vv_hold_name {
	const char *name;
	uint64_t size;
} vv_hold_name;

/* A request, or its answer; members that it does not have are zero. */
typedef struct vv_hold_message {
	vv_hold_op op;
	uint64_t version;  /* hello, and its answer */
	vv_cid vault;      /* all requests except hello and vaults */
	const char *name;  /* list: "shards", "records", "records/AUTHOR"; get: a file */
	const char *after; /* list: names after this one; "": all */
	uint64_t from;     /* get */
	uint64_t size;     /* get */
	uint64_t leaf;     /* audit */
	vv_cid shard;      /* remove, audit */
	vv_cid place;      /* receipt */
	/* put: the bytes; answer to get: the bytes, fewer than requested if the file ends */
	vv_hold_bytes bytes;
	const vv_hold_bytes *records; /* records: the bytes of their files */
	size_t record_count;
	uint64_t time; /* vaults: seconds since 1970 */
	/* vaults: the client's key, and its signature of vv_hold_vaults_bytes; answer to hello: the key that signs
	 * receipts; answer to receipt: the signature */
	uint8_t key[VV_KEY_PUBLIC], signature[VV_SIGNATURE];
	/* Only in answers: */
	bool more;           /* list: there are further names */
	vv_hold_name *names; /* list: sorted */
	size_t name_count;
	uint64_t kept;             /* records: the number stored now */
	vv_hold_bytes shown, path; /* audit: the leaf */
	uint64_t until;            /* receipt */
	vv_cid *vaults;
	size_t vault_count;
} vv_hold_message;

vv_status vv_hold_request_write(vv_channel *line, const vv_hold_message *q, vv_error *err);
/* Reads a request. out borrows bytes. VV_ECORRUPT: invalid; VV_ENOSUPPORT: an unknown op. */
vv_status vv_hold_request_read(vv_hold_message *out, vv_arena *arena, const void *bytes, size_t len,
			       vv_error *err);

/* Writes the signed bytes of a request for the client's vaults: the server's key, and the time. */
#define VV_HOLD_VAULTS_BYTES (VV_KEY_PUBLIC + 8u)
void vv_hold_vaults_bytes(uint8_t out[VV_HOLD_VAULTS_BYTES], const uint8_t server[VV_KEY_PUBLIC],
			  uint64_t time);

vv_status vv_hold_answer_write(vv_channel *line, vv_hold_op op, const vv_hold_message *a,
			       vv_error *err);
/* Reads the answer to a request op. out borrows bytes. VV_ECORRUPT: invalid. */
vv_status vv_hold_answer_read(vv_hold_message *out, vv_hold_op op, vv_arena *arena,
			      const void *bytes, size_t len, vv_error *err);

#endif
