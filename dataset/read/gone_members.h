/*
 * gone_members: finds members of the previous version that no object of a JSON file has any longer.
 * Such a column is gone: a version's columns are known before its first row is stored, so that this
 * is looked for first.
 *
 * A member counts as there where its name and a colon stand anywhere in the file, in a nested object too, however the
 * name is escaped.
 */
#ifndef VV_DATASET_READ_GONE_MEMBERS_H
#define VV_DATASET_READ_GONE_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dataset/read/source.h"
#include "dataset/read/temp_bytes.h"

typedef struct gone_members {
	bool *gone; /* for each name; NULL: none is gone */
	/* what was read of a pipe */
	vv_source from;
	temp_bytes kept;
	uint64_t at;
} gone_members;

/* Reads the beginning, and more only while a member was not met. *source becomes one that begins
 * again. The caller calls gone_members_clear in any case, when the source is no longer used. */
typedef struct member_name {
	const char *text;
	size_t len;
} member_name;
vv_status gone_members_find(gone_members *out, vv_source *source, const member_name *names,
			    size_t count, const char *temp_dir, vv_error *err);
void gone_members_clear(gone_members *g);

#endif
