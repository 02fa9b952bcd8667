/*
 * gone_members: finds members of the previous version that no object of a JSON file has any longer. Their columns
 * are removed. The file is scanned for their names before the import, since a version's columns must be known before
 * its first row is stored.
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
	bool *gone; /* for each name: true if it is gone; NULL: no name is gone */
	/* Used by *source after the call, if the source is a pipe: */
	vv_source from;  /* the pipe */
	temp_bytes kept; /* the bytes that were read from it */
	uint64_t at;     /* position in kept */
} gone_members;

typedef struct member_name {
	const char *text;
	size_t len;
} member_name;
/* Finds the gone members among `names`. Reads the source until every name was found. Afterwards, *source returns all
 * bytes from the beginning again, and may use *out. The caller calls gone_members_clear, also after a failure, when
 * the source is no longer used. */
vv_status gone_members_find(gone_members *out, vv_source *source, const member_name *names,
			    size_t count, const char *temp_dir, vv_error *err);
void gone_members_clear(gone_members *g);
VV_AUTO_CLEAR(gone_members, gone_members_clear)

#endif
