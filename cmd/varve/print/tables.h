/*
 * tables: which datasets a repository has, a line each, from their pointers alone.
 */
#ifndef VV_CMD_VARVE_PRINT_TABLES_H
#define VV_CMD_VARVE_PRINT_TABLES_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/table/dataset_reader.h"

/* Those of the index (of HEAD, where there is no work tree), stored or plain text, as a listing or an array of JSON. */
vv_status vv_tables_print(vv_dataset_reader *s, bool json, vv_error *err);

#endif
