/*
 * pager: stdout through the program that the user pages with. Used by output.c.
 */
#ifndef VV_CMD_FRAME_PAGER_H
#define VV_CMD_FRAME_PAGER_H

/* Starts the pager and puts its input in place of stdout. Without a usable pager
 * stdout stays as it is. */
void vv_pager_begin(const char *core_pager_or_null);

/* Closes stdout when a pager has it, and waits until the user has left it. */
void vv_pager_end(void);

/* Puts back the stdout that was before, and waits until the user has left the pager. */
void vv_pager_leave(void);

#endif
