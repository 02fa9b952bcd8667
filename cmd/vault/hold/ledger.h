/*
 * ledger: all records of a vault that were ever seen here.
 *
 * A folder with a file for each: <dir>/<author>/<sequence>-<CID>, author as its DID has it after
 * "did:key:", the sequence with ten digits; holders keep the same files. Nothing in it is overwritten or
 * removed, so this machine cannot be brought back to an older state.
 *
 * A record counts when it is signed, of this vault, and its author's records before it are all here.
 * Two records of one author and number are both kept, and reported: a key that is used in two places,
 * or a lie.
 *
 * Records that are taken, or written `later`, become durable together, by sync: two waits for the disk, however many
 * they are. Until then none may leave the machine: after a power cut there are as many as hang together. Their files'
 * names begin with "~" until all of them are durable; one of these that does not follow the author's record before
 * it never left the machine, and is none.
 */
#ifndef VV_CMD_VAULT_HOLD_LEDGER_H
#define VV_CMD_VAULT_HOLD_LEDGER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/keys/key.h"
#include "cmd/vault/hold/ledger_record.h"
#include "repo/blocks/cid.h"

typedef struct vv_ledger vv_ledger;

/* Reads dir, which is made by the first addition; "": no folder, only vv_ledger_add. vault null: the vault of
 * the first record. VV_ECORRUPT: a file there is damaged (files checked before are not read:
 * vv_ledger_check_file). */
vv_status vv_ledger_open(vv_ledger **out, const char *dir, const vv_cid *vault, vv_error *err);
void vv_ledger_close(vv_ledger *l); /* accepts NULL */
VV_AUTO_FREE(vv_ledger, vv_ledger_close)

const vv_cid *vv_ledger_vault(const vv_ledger *l);

/* Those that count, each after the one before it; borrowed until close. */
size_t vv_ledger_count(const vv_ledger *l);
const vv_ledger_record *vv_ledger_at(const vv_ledger *l, size_t i);
/* NULL: not here, or does not count. */
const vv_ledger_record *vv_ledger_find(const vv_ledger *l, const vv_cid *cid);

/* Makes records count although earlier ones are missing, to recover as much as possible: a missing
 * record may have removed a writer, so write nothing afterwards. */
vv_status vv_ledger_bridge(vv_ledger *l, vv_error *err);

typedef struct vv_ledger_author {
	uint8_t key[VV_KEY_PUBLIC];
	const vv_ledger_record *head;    /* the last that counts; NULL: none does */
	uint64_t waiting;                /* records whose predecessors are missing here */
	const vv_ledger_record *fork[2]; /* of one number, or NULL */
} vv_ledger_author;
size_t vv_ledger_author_count(const vv_ledger *l);
const vv_ledger_author *vv_ledger_author_at(const vv_ledger *l, size_t i);
const vv_ledger_author *vv_ledger_author_of(const vv_ledger *l,
					    const uint8_t key[VV_KEY_PUBLIC]); /* may be NULL */

/* Is "<author>/<sequence>-<CID>" of that form? Other files are leftovers, for example of a killed
 * writer. */
bool vv_ledger_is_name(const char *name);
/* The name of a record's file, below the folder. */
#define VV_LEDGER_NAME 160u
void vv_ledger_name(char out[VV_LEDGER_NAME], const vv_ledger_record *r);

/* Is a file of this name here? */
bool vv_ledger_has(const vv_ledger *l, const char *name);

/* Stores a received record of this name; it is durable after sync. VV_ECORRUPT: it does not match the name, is not
 * signed, or of another vault; VV_EREFUSED: too many records. */
vv_status vv_ledger_take(vv_ledger *l, const char *name, const void *bytes, size_t len,
			 vv_error *err);
/* All that was taken or written is durable. After a failure nothing more is taken: what follows would hang on what
 * may be lost. */
vv_status vv_ledger_sync(vv_ledger *l, vv_error *err);

/* The same as take, but in memory only, for who keeps the files itself; it counts after settle. */
vv_status vv_ledger_add(vv_ledger *l, const char *name, const void *bytes, size_t len,
			vv_error *err);
vv_status vv_ledger_settle(vv_ledger *l, vv_error *err);
/* The same for all records in a ledger's folder, if it exists, except damaged ones, which are skipped and counted in
 * *damaged. Unreadable ones are, too; if damaged is NULL they are VV_EIO. */
vv_status vv_ledger_add_folder(vv_ledger *l, const char *dir, uint64_t *damaged, vv_error *err);
/* Bytes of all files. */
uint64_t vv_ledger_bytes(const vv_ledger *l);

/* Does the receipt, which names this place, count (vv_receipt_check)? A signature is checked once. Not
 * thread-safe. */
bool vv_ledger_is_received(const vv_ledger *l, const vv_ledger_record *receipt,
			   const vv_ledger_record *place);

/* Signs r as the author's next record, and takes it. Its time is now, or after all that is in the ledger. r's
 * lists are borrowed for the call; *out (may be NULL) is the record in the ledger. */
vv_status vv_ledger_write(vv_ledger *l, vv_ledger_record *r, const vv_key *author,
			  const vv_ledger_record **out, vv_error *err);
/* The same, durable only after sync. */
vv_status vv_ledger_write_later(vv_ledger *l, vv_ledger_record *r, const vv_key *author,
				const vv_ledger_record **out, vv_error *err);

/* Are these the bytes of the record with this name? VV_ECORRUPT: no, with the reason;
 * VV_ENOSUPPORT: of a newer varve. */
vv_status vv_ledger_check(const vv_ledger *l, const char *name, const void *bytes, size_t len,
			  vv_error *err);

/* Appends a record's file. */
vv_status vv_ledger_file(const vv_ledger *l, const char *name, vv_buf *out, vv_error *err);
/* Names of all files, an author's in order; borrowed until something is taken. */
size_t vv_ledger_file_count(const vv_ledger *l);
const char *vv_ledger_file_name(const vv_ledger *l, size_t i);
size_t vv_ledger_file_len(const vv_ledger *l, size_t i);
/* The number of files added before it. */
size_t vv_ledger_file_number(const vv_ledger *l, size_t i);
/* Reads the file from the disk. VV_ECORRUPT: it does not match its name. */
vv_status vv_ledger_check_file(const vv_ledger *l, size_t i, vv_error *err);
const vv_ledger_record *vv_ledger_file_record(const vv_ledger *l, size_t i); /* counts or not */

#endif
