/*
 * gone_members: finds the names of gone members of a JSON file. A member is gone if objects in the
 * previous version had it, and no object in the new file has it. The columns of gone members are
 * removed. The file is searched for these names before the import, since a version's columns must
 * be known before its first row is stored.
 *
 * A member is not gone if its name, followed by a colon, occurs anywhere in the file, even in a
 * nested object, or with escapes in the name. A member whose name is not valid UTF-8 is never gone.
 * If the file has no colon at all, no member is gone.
 */
#ifndef VV_DATASET_READ_GONE_MEMBERS_H
#define VV_DATASET_READ_GONE_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dataset/format/temp_bytes.h"
#include "dataset/read/source.h"

/* The result of gone_members_find. */
typedef struct gone_members {
	bool *gone; /* for each name: true if the member is gone; NULL: no member is gone; owned */
	/* Used by *source after the call, if the source is a pipe: */
	vv_source from;  /* the pipe */
	temp_bytes kept; /* the bytes that were read from it */
	uint64_t at;     /* position in kept */
} gone_members;

/* The name of a member of the previous version; borrowed. */
typedef struct member_name {
	const char *text;
	size_t len;
} member_name;
/* Finds which of the count names are those of gone members. Reads the source to its end, or until
 * every name was found. Then changes *source so that it returns all bytes from the beginning again:
 * rewinds it, or, for a pipe, replaces its functions by those that use *out. temp_dir has the same
 * meaning as for temp_bytes. The caller calls gone_members_clear after the last use of the source,
 * and also after a failure. */
vv_status gone_members_find(gone_members *out, vv_source *source, const member_name *names,
			    size_t count, const char *temp_dir, vv_error *err);
void gone_members_clear(gone_members *g);
VV_AUTO_CLEAR(gone_members, gone_members_clear)

#endif
