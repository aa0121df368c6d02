import { createContext, useContext } from 'react';
import type { OperatorClient } from './client';

export const OperatorContext = createContext<OperatorClient | undefined>(
  undefined,
);

/** Asks as the operator who is signed in. */
export function useOperator(): OperatorClient {
  const client = useContext(OperatorContext);
  if (!client) throw new Error('outside of the operator’s pages');
  return client;
}
