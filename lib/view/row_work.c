/*
 * row_work: who does it.
 */
#include "lib/view/row_work.h"

#include "dataset/format/group.h"
#include "dataset/format/group_edit.h"
#include "diff/rows/row_hashes.h"
#include "repo/blocks/block_codec.h"
#include "repo/git/merge/renames.h"

static const vv_block_codec groups = {vv_group_edit_make, vv_group_edit_apply, vv_group_divide};

void vv_row_work_register(void)
{
	vv_block_codec_register(&groups);
	vv_renames_by_rows(vv_row_hashes);
}
