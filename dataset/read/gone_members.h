/*
 * gone_members: finds members of the previous version that no object of a JSON file has any longer. Such a column is
 * removed: a version's columns must be known before its first row is stored, so the file is searched first.
 *
 * A member counts as existing if its name and a colon occur anywhere in the file, also in a nested object, with any
 * escapes in the name.
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
	/* the bytes read from a pipe */
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
