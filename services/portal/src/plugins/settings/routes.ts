import { createRouteRef } from '@backstage/frontend-plugin-api';

export const settingsRouteRef = createRouteRef();
export const registerRouteRef = createRouteRef();
