/*
 * writer_kinds: which writers there are.
 */
#include "diff/write/writer_kinds.h"

#include <string.h>

#include "base/array.h"

static const vv_diff_writer_kind *const kinds[] = {VV_DIFF_FORMS(VV_DIFF_FORM_KIND) NULL};

/* Its rows are lines of the files, which lib/view/table_diff.h writes. */
const vv_diff_writer_kind vv_diff_writer_patch = {.name = "patch"};

const vv_diff_writer_kind *vv_diff_writer_find(const char *name)
{
	const vv_diff_writer_kind *const *kind = vv_ended_find(kinds, it,
							       strcmp((*it)->name, name) == 0);

	return kind ? *kind : NULL;
}
