/*
 * status_internal: between status.c and status_long.c.
 */
#ifndef VV_CMD_PRINT_STATUS_INTERNAL_H
#define VV_CMD_PRINT_STATUS_INTERNAL_H

#include "cmd/print/status.h"

void vv_status_put_long(vv_buf *b, const vv_changes *c, const vv_status_style *s);

/* "main"; NULL when HEAD is detached. */
const char *vv_branch_name(const vv_changes *c);

#endif
