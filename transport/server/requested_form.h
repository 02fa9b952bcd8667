/*
 * requested_form: parses which form of a block a request to the gateway asks for.
 *
 * Source: the trustless gateway specification (specs.ipfs.tech/http-gateways/trustless-gateway).
 */
#ifndef VV_TRANSPORT_SERVER_REQUESTED_FORM_H
#define VV_TRANSPORT_SERVER_REQUESTED_FORM_H

#include <stdbool.h>

#include "base/error.h"
#include "transport/ipfs/car.h"

/* VV_FORM_FILE: the request asks for neither form; if the CID names a file, the answer is the bytes
 * of the file. */
typedef enum vv_form { VV_FORM_RAW, VV_FORM_CAR, VV_FORM_FILE } vv_form;

typedef struct vv_requested_form {
	vv_form format;
	bool by_accept; /* only the header Accept asks for the form */
	vv_car_scope scope;
	vv_car_part part;
	bool dups; /* a block that occurs several times is sent each time */
} vv_requested_form;

/* The decoded parameters format, dag-scope, entity-bytes, car-version, car-order and car-dups, and
 * the header Accept. A member is NULL if the request lacks it. */
typedef struct vv_form_params {
	const char *format, *scope, *bytes, *version, *order, *dups, *accept;
} vv_form_params;

/* Parses the parameters. Returns the status for the answer: 200; or 400 or 406, and err has the
 * reason. */
unsigned vv_requested_form_read(vv_requested_form *out, const vv_form_params *p, vv_error *err);

#endif
