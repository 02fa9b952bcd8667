/*
 * hold_message: writes and parses the requests of a client to a varve server that stores copies, and
 * the server's answers.
 *
 * A request is one message frame, and so is its answer. If the request fails, the answer is an error
 * frame, as everywhere in the protocol (transport/protocol/frame.h). Requests are independent. A
 * repeated request changes nothing. Format: docs/formats/protocol.md, "Holding".
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

#define VV_HOLD_VERSION 1u               /* the version of these messages */
#define VV_HOLD_PART (1u << 20)          /* maximum bytes of one GET */
#define VV_HOLD_RECORDS_BYTES (2u << 20) /* maximum bytes of records in one request */
#define VV_HOLD_RECORDS_MAX 1024u        /* maximum number of records in one request */
#define VV_HOLD_NAMES_MAX 8192u          /* maximum number of names in an answer to LIST */
#define VV_HOLD_VAULTS_MAX 4096u         /* maximum number of vaults in an answer to VAULTS */
#define VV_HOLD_NAME_MAX 256u            /* maximum bytes of a name */
/* The purpose (base/keys/key.h) of the signature in a VAULTS request. */
#define VV_VAULTS_PURPOSE "varve vaults 1"

/* The kind of a request. */
typedef enum vv_hold_op {
	VV_HOLD_HELLO,   /* send the server's key */
	VV_HOLD_LIST,    /* list the names in a folder of the vault */
	VV_HOLD_GET,     /* send a part of a file of the vault */
	VV_HOLD_PUT,     /* store this shard */
	VV_HOLD_RECORDS, /* store these records */
	VV_HOLD_REMOVE,  /* remove a shard */
	VV_HOLD_AUDIT,   /* send a leaf of a shard, and its path */
	VV_HOLD_RECEIPT, /* sign a receipt for the shards of a place record */
	VV_HOLD_VAULTS   /* list this key's vaults */
} vv_hold_op;

/* A piece of bytes, which is borrowed. */
typedef struct vv_hold_bytes {
	const uint8_t *bytes;
	size_t len;
} vv_hold_bytes;

/* A file or folder of the vault. size: bytes of a file; UINT64_MAX: a folder. */
typedef struct vv_hold_name {
	const char *name;
	uint64_t size;
} vv_hold_name;

/* A request, or an answer. Unused members are zero. */
typedef struct vv_hold_message {
	vv_hold_op op;
	uint64_t version; /* HELLO, and its answer */
	vv_cid vault;     /* all requests except HELLO and VAULTS */
	/* LIST: "shards", "records" or "records/AUTHOR"; GET: the name of a file */
	const char *name;
	const char *after; /* LIST: only names after this name; "": all names */
	uint64_t from;     /* GET: offset of the first byte */
	uint64_t size;     /* GET: number of bytes */
	uint64_t leaf;     /* AUDIT: number of the leaf */
	vv_cid shard;      /* REMOVE, AUDIT */
	vv_cid place;      /* RECEIPT: CID of the place record */
	/* PUT: the bytes of the shard; answer to GET: the bytes of the file, fewer than requested
	 * if the file ends or more than VV_HOLD_PART were requested */
	vv_hold_bytes bytes;
	const vv_hold_bytes *records; /* RECORDS: the bytes of the records' files */
	size_t record_count;
	uint64_t time; /* VAULTS: the client's time, in seconds since 1970 */
	/* VAULTS: the client's key, and its signature of vv_hold_vaults_bytes; answer to HELLO: the
	 * key that signs receipts; answer to RECEIPT: the signature */
	uint8_t key[VV_KEY_PUBLIC], signature[VV_SIGNATURE];
	/* The members below are only in answers. */
	bool more;           /* LIST: the folder has further names */
	vv_hold_name *names; /* LIST: the names, sorted */
	size_t name_count;
	/* RECORDS: number of records of the request that are now stored, including those that were
	 * stored before */
	uint64_t kept;
	/* AUDIT: the leaf, and its path */
	vv_hold_bytes shown, path;
	uint64_t until; /* RECEIPT: the end of the receipt's term, in seconds since 1970 */
	/* VAULTS: the ids of the vaults */
	vv_cid *vaults;
	size_t vault_count;
} vv_hold_message;

/* Writes the request q as a message frame. */
vv_status vv_hold_request_write(vv_channel *line, const vv_hold_message *q, vv_error *err);
/* Parses a request of len bytes. *out points into bytes, and its lists are in arena. VV_ECORRUPT:
 * the request is invalid. VV_ENOSUPPORT: its op is unknown. VV_EREFUSED: it has more than
 * VV_HOLD_RECORDS_BYTES of records. */
vv_status vv_hold_request_read(vv_hold_message *out, vv_arena *arena, const void *bytes, size_t len,
			       vv_error *err);

#define VV_HOLD_VAULTS_BYTES (VV_KEY_PUBLIC + 8u)

/* Writes the bytes that a client signs in a VAULTS request to out: the server's key, and the
 * time. */
void vv_hold_vaults_bytes(uint8_t out[VV_HOLD_VAULTS_BYTES], const uint8_t server[VV_KEY_PUBLIC],
			  uint64_t time);

/* Writes a, the answer to a request op, as a message frame. */
vv_status vv_hold_answer_write(vv_channel *line, vv_hold_op op, const vv_hold_message *a,
			       vv_error *err);
/* Parses the answer to a request op. *out points into bytes, and its lists are in arena.
 * VV_ECORRUPT: the answer is invalid. */
vv_status vv_hold_answer_read(vv_hold_message *out, vv_hold_op op, vv_arena *arena,
			      const void *bytes, size_t len, vv_error *err);

#endif
