/*
 * root_internal: what writing and reading a root share.
 */
#ifndef VV_DATASET_TABLE_ROOT_INTERNAL_H
#define VV_DATASET_TABLE_ROOT_INTERNAL_H

#define ROOT_KEY_SOURCES 4
extern const char *const root_key_sources[ROOT_KEY_SOURCES]; /* by vv_key_source */

#endif
