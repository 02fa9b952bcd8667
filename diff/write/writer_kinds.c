/*
 * writer_kinds: which writers there are.
 */
#include "diff/write/writer_kinds.h"

#include <string.h>

static const vv_diff_writer_kind *const kinds[] = {
	&vv_diff_writer_text,   &vv_diff_writer_json,
	&vv_diff_writer_ndjson, &vv_diff_writer_markdown,
	&vv_diff_writer_sql,    &vv_diff_writer_summary,
	&vv_diff_writer_stat,   NULL,
};

const vv_diff_writer_kind *vv_diff_writer_find(const char *name)
{
	for (size_t i = 0; kinds[i]; i++) {
		if (strcmp(kinds[i]->name, name) == 0) return kinds[i];
	}
	return NULL;
}
