/*
 * import_schema: what the rows of an import are. For this room alone.
 */
#ifndef VV_DATASET_TABLE_IMPORT_SCHEMA_H
#define VV_DATASET_TABLE_IMPORT_SCHEMA_H

#include "dataset/table/import_state.h"

/* Names, cut, types, key before the rows; schema and key after. */
vv_status import_columns_set(import *im, vv_error *err);
vv_status import_columns_grow(import *im, vv_error *err); /* JSON: new members were met */
vv_status import_choose(import *im, vv_error *err);       /* cut parameters and key candidates */
vv_status import_finish_schema(import *im, vv_error *err);
vv_status import_finish_key(import *im, vv_error *err);

#endif
