/*
 * ledger: stores and reads the ledger of a vault. A vault is the sealed copy of a repository at
 * holders (cmd/vault/sealed/holder.h). Its ledger has all records (ledger_record.h) that this
 * machine has ever received or written.
 *
 * The ledger is a folder with a file for each record: <dir>/<author>/<sequence>-<CID>. <author> is
 * the part of the author's DID after "did:key:"; <sequence> has ten digits. Holders store the same
 * files. A record's file is never overwritten or removed, so that other machines cannot return this
 * machine to an older state.
 *
 * A record counts in the ledger if it is signed, belongs to the vault, and all earlier records of
 * its author are in the ledger. If an author has two records with the same number (a fork), both
 * are stored, and vv_ledger_author.fork has them: the key is used in two places, or the author
 * cheats.
 *
 * Records stored by vv_ledger_take or vv_ledger_write_later become durable together, by
 * vv_ledger_sync, which waits twice for the disk, whatever the number of records. Until then, these
 * records must not leave the machine, because a power failure may remove the last ones. Their file
 * names begin with "~" until all of them are durable. A file "~..." that does not follow the
 * author's previous record has never left the machine; it is ignored, and removed by a later
 * vv_ledger_sync.
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

/* Opens the ledger in the folder dir, and reads all its files. The first vv_ledger_take creates the
 * folder. If dir is "", the ledger has no folder, and only vv_ledger_add and vv_ledger_add_folder can
 * add records. If vault is a null CID, the first record determines the vault. VV_ECORRUPT: a file is
 * damaged, or has a record of another vault. */
vv_status vv_ledger_open(vv_ledger **out, const char *dir, const vv_cid *vault, vv_error *err);
/* Closes the ledger, after vv_ledger_sync, whose failure is ignored. Accepts NULL. */
void vv_ledger_close(vv_ledger *l);
VV_AUTO_FREE(vv_ledger, vv_ledger_close)

/* Returns the id of the vault, borrowed from l; a null CID if it is not known yet. */
const vv_cid *vv_ledger_vault(const vv_ledger *l);

/* Returns the number of records that count. */
size_t vv_ledger_count(const vv_ledger *l);
/* Returns the records that count, an array of vv_ledger_count(l) pointers. Each record is after its
 * author's previous record. The array is borrowed until a record is added, the records until
 * vv_ledger_close. */
const vv_ledger_record *const *vv_ledger_records(const vv_ledger *l);
/* Returns the record with this CID, borrowed until vv_ledger_close. Returns NULL if the ledger does
 * not have the record, or if it does not count. */
const vv_ledger_record *vv_ledger_find(const vv_ledger *l, const vv_cid *cid);

/* Makes all records count, even if earlier records of their authors are missing, to recover as much
 * as possible. Do not write records afterwards, because a missing record may have removed a
 * writer. */
vv_status vv_ledger_bridge(vv_ledger *l, vv_error *err);

/* An author of records. */
typedef struct vv_ledger_author {
	uint8_t key[VV_KEY_PUBLIC];
	/* the author's last record that counts; NULL: no record counts */
	const vv_ledger_record *head;
	/* number of records that do not count because earlier records of the author are missing */
	uint64_t waiting;
	/* two different records with the same number; NULL: no such records */
	const vv_ledger_record *fork[2];
} vv_ledger_author;
/* Returns the number of authors. */
size_t vv_ledger_author_count(const vv_ledger *l);
/* Returns the authors, an array of vv_ledger_author_count(l), borrowed until a record is added. */
const vv_ledger_author *vv_ledger_authors(const vv_ledger *l);
/* Returns the author with this key, borrowed until a record is added; NULL if the ledger has no
 * records by this author. */
const vv_ledger_author *vv_ledger_author_of(const vv_ledger *l, const uint8_t key[VV_KEY_PUBLIC]);

/* Returns true if name has the form "<author>/<sequence>-<CID>". Files with other names are not
 * records; a killed writer may have left them. */
bool vv_ledger_is_name(const char *name);
#define VV_LEDGER_NAME 160u /* the size of a buffer for a name, with the NUL */

/* Writes the name of the file of the record r, relative to the folder of the ledger. */
void vv_ledger_name(char out[VV_LEDGER_NAME], const vv_ledger_record *r);

/* Returns true if the ledger has a record with this name, even if it does not count. */
bool vv_ledger_has(const vv_ledger *l, const char *name);

/* Stores the len bytes of a received record as the file `name`. Does nothing if the ledger has the
 * record. The record is durable after vv_ledger_sync. VV_ECORRUPT: the record does not match the
 * name, is not signed, or belongs to another vault. VV_EREFUSED: the ledger has 1,000,000 records. */
vv_status vv_ledger_take(vv_ledger *l, const char *name, const void *bytes, size_t len,
			 vv_error *err);
/* Makes all stored records durable. If this function fails, or if vv_ledger_take cannot write a
 * file, the ledger stores no more records, because they would follow records that may be lost. */
vv_status vv_ledger_sync(vv_ledger *l, vv_error *err);

/* Adds a record as vv_ledger_take does, but only in memory, for callers that store the files
 * themselves. Call vv_ledger_settle after the last addition. */
vv_status vv_ledger_add(vv_ledger *l, const char *name, const void *bytes, size_t len,
			vv_error *err);
/* Determines which records count. Call this after vv_ledger_add and vv_ledger_add_folder. */
vv_status vv_ledger_settle(vv_ledger *l, vv_error *err);
/* Adds all records in dir, the folder of another ledger, in memory as vv_ledger_add does. dir need
 * not exist. Skips files that are damaged, that cannot be read, or that have a record of another
 * vault, and adds their number to *damaged. If damaged is NULL, a read error (VV_EIO) is returned
 * instead. */
vv_status vv_ledger_add_folder(vv_ledger *l, const char *dir, uint64_t *damaged, vv_error *err);
/* Returns the size of all records in bytes. */
uint64_t vv_ledger_bytes(const vv_ledger *l);

/* Returns true if `receipt` is a valid receipt for the record `place` (vv_receipt_check). The signature
 * of a receipt is checked only once. Not thread-safe. */
bool vv_ledger_is_received(const vv_ledger *l, const vv_ledger_record *receipt,
			   const vv_ledger_record *place);

/* Signs r as the author's next record, and stores the record durably. Sets r's time, vault, sequence,
 * previous record, author and CID. The time is the current time, or later if records in the ledger
 * have later times. r's lists are borrowed for the call. Sets *out to the record in the ledger,
 * borrowed until vv_ledger_close; out may be NULL. */
vv_status vv_ledger_write(vv_ledger *l, vv_ledger_record *r, const vv_key *author,
			  const vv_ledger_record **out, vv_error *err);
/* Like vv_ledger_write, but the record is durable only after vv_ledger_sync. */
vv_status vv_ledger_write_later(vv_ledger *l, vv_ledger_record *r, const vv_key *author,
				const vv_ledger_record **out, vv_error *err);

/* Checks that the len bytes are those of the record `name` of the vault, which need not be in the
 * ledger. VV_ECORRUPT: they are not; the message has the reason. VV_ENOSUPPORT: a newer varve wrote
 * the record. */
vv_status vv_ledger_check(const vv_ledger *l, const char *name, const void *bytes, size_t len,
			  vv_error *err);

/* Appends the bytes of the record `name` to out, from memory. VV_ENOTFOUND: the ledger has no such
 * record. */
vv_status vv_ledger_file(const vv_ledger *l, const char *name, vv_buf *out, vv_error *err);
/* A file of a ledger, with one record. */
typedef struct vv_ledger_entry {
	char *name;
	const uint8_t *bytes;
	/* len: the number of bytes; number: the number of files that were added before this one */
	size_t len, number;
	vv_ledger_record *record; /* the record, even if it does not count */
} vv_ledger_entry;
/* Returns the number of files, including those that are only in memory. */
size_t vv_ledger_file_count(const vv_ledger *l);
/* Returns the i-th file, from 0. The files are sorted by name. Borrowed until a record is added. */
const vv_ledger_entry *vv_ledger_file_at(const vv_ledger *l, size_t i);
/* Reads the i-th file again from the disk, and checks its content. VV_ECORRUPT: the content does not
 * match the name. */
vv_status vv_ledger_check_file(const vv_ledger *l, size_t i, vv_error *err);

#endif
