/*
 * ledger: stores all records of a vault that this machine has ever seen.
 *
 * The ledger is a folder with a file for each record: <dir>/<author>/<sequence>-<CID>. author is
 * the part of its DID after "did:key:"; the sequence has ten digits. Holders store the same files.
 * Files are never overwritten or removed, so this machine cannot be brought back to an older
 * state.
 *
 * A record counts if it is signed, is of this vault, and all earlier records of its author are
 * here. Two records of one author with the same number are both stored, and reported: the key is
 * used in two places, or the author lied.
 *
 * Records stored by vv_ledger_take or vv_ledger_write_later become durable together, by
 * vv_ledger_sync, which waits twice for the disk, however many they are. Until then they must not
 * leave the machine: after a power cut only an unbroken prefix remains. Their file names begin
 * with "~" until all of them are durable. A file "~..." that does not follow the author's previous
 * record never left the machine, and is ignored.
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

/* Reads dir, which the first addition creates; "": no folder, only vv_ledger_add. vault null:
 * the vault of the first record. VV_ECORRUPT: a file is damaged (files checked before are not
 * read: vv_ledger_check_file). */
vv_status vv_ledger_open(vv_ledger **out, const char *dir, const vv_cid *vault, vv_error *err);
void vv_ledger_close(vv_ledger *l); /* accepts NULL */
VV_AUTO_FREE(vv_ledger, vv_ledger_close)

const vv_cid *vv_ledger_vault(const vv_ledger *l);

/* The records that count, each after its author's previous one; borrowed until close. */
size_t vv_ledger_count(const vv_ledger *l);
const vv_ledger_record *vv_ledger_at(const vv_ledger *l, size_t i);
/* Finds a record by its CID; borrowed. NULL: the record is not here, or does not count. */
const vv_ledger_record *vv_ledger_find(const vv_ledger *l, const vv_cid *cid);

/* Makes records count although earlier ones are missing, to recover as much as possible: a missing
 * record may have removed a writer, so write nothing afterwards. */
vv_status vv_ledger_bridge(vv_ledger *l, vv_error *err);

typedef struct vv_ledger_author {
	uint8_t key[VV_KEY_PUBLIC];
	/* the author's last record that counts; NULL: no record counts */
	const vv_ledger_record *head;
	uint64_t waiting;                /* records whose predecessors are missing here */
	const vv_ledger_record *fork[2]; /* two different records with the same number; or NULL */
} vv_ledger_author;
size_t vv_ledger_author_count(const vv_ledger *l);
const vv_ledger_author *vv_ledger_author_at(const vv_ledger *l, size_t i);
const vv_ledger_author *vv_ledger_author_of(const vv_ledger *l,
					    const uint8_t key[VV_KEY_PUBLIC]); /* may be NULL */

/* Has name the form "<author>/<sequence>-<CID>"? Other files are leftovers, for example of a
 * killed writer. */
bool vv_ledger_is_name(const char *name);
/* Writes the name of a record's file, relative to the folder. */
#define VV_LEDGER_NAME 160u
void vv_ledger_name(char out[VV_LEDGER_NAME], const vv_ledger_record *r);

/* Is a file of this name here? */
bool vv_ledger_has(const vv_ledger *l, const char *name);

/* Stores a received record of this name; it is durable after sync. VV_ECORRUPT: it does not match the name, is not
 * signed, or of another vault; VV_EREFUSED: too many records. */
vv_status vv_ledger_take(vv_ledger *l, const char *name, const void *bytes, size_t len,
			 vv_error *err);
/* Makes all stored records durable. After a failure the ledger accepts no more records, since
 * they would follow records that may be lost. */
vv_status vv_ledger_sync(vv_ledger *l, vv_error *err);

/* Adds a record as vv_ledger_take, but only in memory, for callers that store the files
 * themselves. The record counts after vv_ledger_settle. */
vv_status vv_ledger_add(vv_ledger *l, const char *name, const void *bytes, size_t len,
			vv_error *err);
vv_status vv_ledger_settle(vv_ledger *l, vv_error *err);
/* Adds all records in a ledger's folder, if it exists. Damaged and unreadable ones are skipped
 * and counted in *damaged; if damaged is NULL, unreadable ones are VV_EIO. */
vv_status vv_ledger_add_folder(vv_ledger *l, const char *dir, uint64_t *damaged, vv_error *err);
/* Returns the size of all files in bytes. */
uint64_t vv_ledger_bytes(const vv_ledger *l);

/* Does the receipt, which names this place, count (vv_receipt_check)? A signature is checked once. Not
 * thread-safe. */
bool vv_ledger_is_received(const vv_ledger *l, const vv_ledger_record *receipt,
			   const vv_ledger_record *place);

/* Signs r as the author's next record, and stores it durably. Its time is now, or later than all
 * records in the ledger. r's lists are borrowed for the call; *out (may be NULL) is the record
 * in the ledger. */
vv_status vv_ledger_write(vv_ledger *l, vv_ledger_record *r, const vv_key *author,
			  const vv_ledger_record **out, vv_error *err);
/* Does the same, but the record is durable only after vv_ledger_sync. */
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
