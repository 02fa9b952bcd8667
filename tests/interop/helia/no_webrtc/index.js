export const webRTC = () => () => {}
export const webRTCDirect = webRTC
