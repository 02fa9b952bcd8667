/*
 * row_work: who does it.
 */
#include "lib/view/row_work.h"

#include "dataset/format/group_edit.h"
#include "diff/rows/row_hashes.h"
#include "repo/blocks/edit_codec.h"
#include "repo/git/merge/renames.h"

static const vv_edit_codec group_edits = {vv_group_edit_make, vv_group_edit_apply};

void vv_row_work_register(void)
{
	vv_edit_codec_register(&group_edits);
	vv_renames_by_rows(vv_row_hashes);
}
