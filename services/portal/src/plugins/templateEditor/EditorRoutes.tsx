import type { ReactNode } from 'react';
import { Route, Routes } from 'react-router-dom';
import { Permitted } from '../settings/Permitted';
import { EditorPage } from './EditorPage';
import { OpenTemplate } from './OpenTemplate';

/** The editor of stored templates; at all other addresses the stock one, for a folder of one's own. */
export function EditorRoutes({ stock }: { stock: ReactNode }) {
  return (
    <Routes>
      <Route path="stored/:namespace/:name" element={<EditorPage />} />
      <Route
        path="*"
        element={
          <Permitted
            permission="scaffolder.template.management"
            to="edit templates"
          >
            <Routes>
              <Route index element={<OpenTemplate />} />
              <Route path="*" element={null} />
            </Routes>
            {stock}
          </Permitted>
        }
      />
    </Routes>
  );
}
