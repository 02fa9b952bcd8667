/*
 * status_out_internal: between status_out.c and status_long.c.
 */
#ifndef VV_CMD_STATUS_OUT_INTERNAL_H
#define VV_CMD_STATUS_OUT_INTERNAL_H

#include "cmd/status_out.h"

void vv_status_put_long(vv_buf *b, const vv_changes *c, const vv_status_style *s);

/* "main"; NULL when HEAD is detached. */
const char *vv_branch_name(const vv_changes *c);

#endif
