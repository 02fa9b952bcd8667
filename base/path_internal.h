/*
 * path_internal: what the sources on names share.
 */
#ifndef VV_BASE_PATH_INTERNAL_H
#define VV_BASE_PATH_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

/* Does HFS+ leave the code point out when it compares names? */
bool vv_hfs_ignores(uint32_t cp);

#endif
