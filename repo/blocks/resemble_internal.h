/*
 * resemble_internal: the two ways to compare versions.
 */
#ifndef VV_REPO_BLOCKS_RESEMBLE_INTERNAL_H
#define VV_REPO_BLOCKS_RESEMBLE_INTERNAL_H

#include "repo/blocks/resemble.h"

/* resemble_levels.c: root against before, both nodes, different. */
vv_status resemble_levels(const vv_resemble *w, const vv_cid *root, const vv_cid *before,
			  vv_error *err);

#endif
