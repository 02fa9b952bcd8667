/*
 * same_bytes: compares the bytes of two versions of a file.
 */
#ifndef VV_LIB_VIEW_SAME_BYTES_H
#define VV_LIB_VIEW_SAME_BYTES_H

#include <stdbool.h>

#include "base/error.h"

typedef struct vv_subject vv_subject;

/* Sets *same to true if the two have the same bytes. Reads both. */
vv_status vv_same_bytes(bool *same, vv_subject *a, vv_subject *b, vv_error *err);

#endif
