import { Content } from '@backstage/core-components';
import {
  UserSettingsIdentityCard,
  UserSettingsProfileCard,
  UserSettingsThemeToggle,
} from '@backstage/plugin-user-settings';
import List from '@material-ui/core/List';
import { Panel } from '../ui/Panel';
import { SessionsList } from '../ui/SessionsList';
import { PasswordPanel } from './PasswordPanel';
import './profile.css';

/** Who the person is here, the theme, their password and sessions; without the stock page's switch for a menu that we do not have. */
export function ProfilePage() {
  return (
    <Content>
      <div className="profile-cards">
        <UserSettingsProfileCard />
        <UserSettingsIdentityCard />
        <Panel title="Appearance" flush>
          <List dense>
            <UserSettingsThemeToggle />
          </List>
        </Panel>
        <PasswordPanel />
        <div className="profile-wide">
          <Panel
            title="Sessions"
            introduction="The browsers in which you are signed in."
            flush
          >
            <SessionsList owner={{}} all="Sign out all other browsers" />
          </Panel>
        </div>
      </div>
    </Content>
  );
}
