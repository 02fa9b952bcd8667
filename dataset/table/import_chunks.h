/*
 * import_chunks: the import of a file that is not a table. For this room alone.
 */
#ifndef VV_DATASET_TABLE_IMPORT_CHUNKS_H
#define VV_DATASET_TABLE_IMPORT_CHUNKS_H

#include "dataset/table/import_state.h"

/* All of the window becomes chunks; the root is filled but for its key and schema. */
vv_status import_chunks(import *im, vv_error *err);

#endif
