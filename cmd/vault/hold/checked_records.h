/*
 * checked_records: a ledger's records as they were when their signatures were last checked, in one file.
 *
 * Derived: a file that is lost, or damaged, costs checking all signatures again,
 * which takes 60 us each. Format: docs/formats/store.md, "Caches".
 */
#ifndef VV_CMD_VAULT_HOLD_CHECKED_RECORDS_H
#define VV_CMD_VAULT_HOLD_CHECKED_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

typedef struct vv_checked_record {
	const char *name;  /* as the ledger names it */
	const void *bytes; /* its file */
	size_t len;
	bool received; /* a receipt, and the signature of its holder was checked, too */
} vv_checked_record;

typedef struct vv_checked_records {
	vv_checked_record *items; /* sorted by name */
	size_t count, cap;
	vv_buf bytes; /* what read found, and the items point to */
} vv_checked_records;

/* Without the file, and where it is damaged: none. */
vv_status vv_checked_records_read(vv_checked_records *out, const char *path, vv_error *err);
void vv_checked_records_clear(vv_checked_records *c);
VV_AUTO_CLEAR(vv_checked_records, vv_checked_records_clear)
/* NULL: it is not among them. */
const vv_checked_record *vv_checked_records_find(const vv_checked_records *c, const char *name);

/* Appends one to what is to be written; in the order of names. */
vv_status vv_checked_records_put(vv_buf *out, const vv_checked_record *r, vv_error *err);
/* The file is what was put. */
vv_status vv_checked_records_write(vv_buf *put, const char *path, vv_error *err);

#endif
