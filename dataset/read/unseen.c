/*
 * unseen: knows the first bytes of each kind.
 */
#include "dataset/read/unseen.h"

#include <string.h>

#include "base/hint.h"
#include "repo/blocks/decompress.h"

vv_hint_id vv_unseen_hint(const vv_unseen *u, const char *name)
{
	/* What is inside of a compressed file needs a name of its own. */
	return u->hint == VV_HINT_ADD_UNPACK && vv_decompress_name(name) == 0 ? VV_HINT_UNSEEN_OPEN
									      : u->hint;
}

const vv_unseen *vv_unseen_find(const char *head, size_t len)
{
	static const char shared[] = ": its versions share nothing";
	static const vv_unseen known[] = {
		{"\x1f\x8b", 2, "compressed", shared, VV_HINT_ADD_UNPACK},
		{"\x28\xb5\x2f\xfd", 4, "compressed", shared, VV_HINT_ADD_UNPACK},
		{"\xfd"
		 "7zXZ",
		 6, "compressed", shared, VV_HINT_ADD_UNPACK},
		{"BZh", 3, "compressed", shared, VV_HINT_ADD_UNPACK},
		{"PK\3\4", 4, "a ZIP archive or a workbook", "; of a workbook",
		 VV_HINT_UNSEEN_WORKBOOK},
		{"\xd0\xcf\x11\xe0", 4, "an old workbook", "", VV_HINT_UNSEEN_WORKBOOK},
		{"PAR1", 4, "a Parquet file", "", VV_HINT_UNSEEN_PARQUET},
		{"SQLite format 3", 16, "an SQLite database", "", VV_HINT_UNSEEN_SQLITE},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (len >= known[i].len && memcmp(head, known[i].magic, known[i].len) == 0 &&
		    (head[0] != 'B' || (len >= 10 && memcmp(head + 4, "1AY&SY", 6) == 0))) {
			return &known[i];
		}
	}
	return NULL;
}
